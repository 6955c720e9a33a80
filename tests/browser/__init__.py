"""Real browser engines look at the pages: WebKitGTK, which is Safari's engine, and Chromium."""
