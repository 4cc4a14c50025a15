import os

import kill

table = open("table.bin", "wb+")
table.write(bytes(60))
log, bare = open("log.txt", "w"), open("bare.bin", "wb", buffering=0)
with open("state.bin", "wb") as f:
    f.write(bytes(60))
state = open("state.bin", "r+b")
for epoch in range(6):
    kill.at(epoch)
    table.seek(10 * epoch)
    table.write(b"%d" % epoch)
    state.write(b"%d" % (epoch * epoch))
    bare.write(b"%d," % epoch)
    log.write("%d\n" % epoch)
table.flush()
state.flush()
log.close()
print(open("table.bin", "rb").read(), open("state.bin", "rb").read(), open("bare.bin").read())
print(open("log.txt").read().split(), state.tell(), os.path.getsize("bare.bin"))
