from model import build

print(build())
