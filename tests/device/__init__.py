"""What a device may send, and what comes of it, at the real endpoints: R13, R15, R17-R23 and Apple's pitfalls."""
