import copy

import torch

import kill

X = torch.randn(300, 8)
y = (X[:, 0] > torch.randn(300)).long()
model = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.Tanh(), torch.nn.Linear(64, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
epochs = 12
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=1)
best_loss, best_model, patience, waited, history = float("inf"), None, 2, 0, []
for epoch in range(epochs):
    loss = torch.nn.functional.cross_entropy(model(X[:200]), y[:200])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    kill.at(epoch)
    with torch.no_grad():
        held = torch.nn.functional.cross_entropy(model(X[200:]), y[200:]).item()
    history.append((held, optimizer.param_groups[0]["lr"]))
    if held < best_loss:
        best_loss, best_model, waited = held, copy.deepcopy(model), 0
    else:
        waited += 1
        if waited > patience:
            break
else:
    print("all epochs")
print(len(history), history, best_loss, waited)
print(kill.weights(best_model), kill.weights(model))
