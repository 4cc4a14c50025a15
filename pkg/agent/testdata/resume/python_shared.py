from email.message import Message

import kill

inner = Message()
outer = Message()
outer.attach(inner)
apart = Message()
apart.attach(Message())
for epoch in range(6):
    kill.at(epoch)
    inner["epoch"] = apart["epoch"] = outer["epoch"] = str(epoch)
print(len(inner.keys()), len(apart.keys()), len(outer.keys()))
