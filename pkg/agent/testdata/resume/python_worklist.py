import kill

work, seen = [0], []
for epoch in work:
    kill.at(epoch)
    seen.append(epoch * epoch)
    if epoch < 5:
        work.append(epoch + 1)
print(seen)
print(work)
