import torch

import kill

body, head = torch.nn.Linear(6, 8), torch.nn.Linear(8, 2)
optimizer = torch.optim.Adam(head.parameters(), lr=1e-2)
history = []
for epoch in range(7):
    if epoch == 2:
        optimizer.add_param_group({"params": body.parameters(), "lr": 1e-3})
    x = torch.randn(50, 6)
    loss = torch.nn.functional.cross_entropy(head(torch.relu(body(x))), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(epoch)
    history.append(loss.item())
print(history, [group["lr"] for group in optimizer.param_groups])
print(kill.weights(body), kill.weights(head))
