import torch

import kill

model = torch.nn.Linear(6, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
best, lowest, history = None, float("inf"), []
for epoch in range(6):
    x = torch.randn(50, 6)
    loss = torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(epoch)
    history.append(loss.item())
    if epoch == 1:
        best = model.state_dict()  # the live tensors, not a copy of them
        head = model.weight.data[0]
print(history, head.tolist())
model.load_state_dict(best)
print(kill.weights(model), best["weight"].data_ptr() == model.weight.data_ptr() == head.data_ptr())
