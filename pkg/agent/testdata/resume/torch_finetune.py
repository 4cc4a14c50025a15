import torch

import kill

X = torch.randn(300, 8)
y = (X[:, 0] * X[:, 1] > 0).long()
model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))


def fit(model, parameters, epochs, name):
    optimizer = torch.optim.Adam(parameters, lr=1e-2)
    history = []
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(X))
        loss = torch.nn.functional.cross_entropy(model(X[order]), y[order])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        kill.at("%s-%d" % (name, epoch))
        model.eval()
        history.append(loss.item())
    return history


pretrained = fit(model, model.parameters(), 5, "pretrain")
for p in model[0].parameters():
    p.requires_grad = False
model[2] = torch.nn.Linear(16, 2)
finetuned = fit(model, model[2].parameters(), 5, "finetune")
print(pretrained, finetuned, [p.requires_grad for p in model.parameters()])
print(kill.weights(model))
