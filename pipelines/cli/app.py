"""The command tree: every command of `shengyuan`, registered in one place."""

from pipelines.cli.chinese import Command, group

app = group("声援：妇女儿童权益舆情监测与预警。先运行 shengyuan run 看演示。")
