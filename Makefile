PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
VERSION ?= $(shell date +%Y.%m.%d)

.PHONY: help venv run test lint model clean

help:  ## 列出可用的目标
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

venv: $(VENV)/installed

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本；可用 make PYTHON=python3.12 run 指定"; exit 2; }
	@echo "正在安装（首次约需几分钟）……"
	$(PYTHON) -m venv $(VENV)
	@# The pip that comes with older Pythons fails on extras spelt in two ways.
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade "pip>=25"
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/developing: $(VENV)/installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

run: venv  ## 安装并启动：没有 shengyuan.toml 时为演示
	@exec $(BIN)/shengyuan run

test: $(VENV)/developing  ## 全部检查与测试
	DATA=$(DATA) sh tests/run.sh $(BIN)

lint: $(VENV)/developing  ## 只做静态检查
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

model: $(VENV)/developing  ## 用标注数据重新训练随产品发布的模型：make model VERSION=2027.1
	$(BIN)/shengyuan train $(DATA)/headlines-labelled.jsonl $(DATA)/posts-labelled.jsonl --stream $(DATA)/headlines-2020-2024.jsonl.xz --into models --version $(VERSION) --promote
	$(BIN)/python benchmarks/ablation.py $(DATA) --card models/$(VERSION)/CARD.md

clean:  ## 删除虚拟环境和缓存
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
