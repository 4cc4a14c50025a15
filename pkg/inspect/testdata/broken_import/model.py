def make(:
    return 1
