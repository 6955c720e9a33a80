"""What is removed when its time is over: never what is needed to refuse something."""
