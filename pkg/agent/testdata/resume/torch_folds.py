import torch

import kill

X = torch.randn(300, 8)
y = (X[:, 0] > 0).long()
folds = torch.randperm(300).chunk(3)
scores, models = [], []
for fold in range(3):
    test = folds[fold]
    rest = torch.cat([part for place, part in enumerate(folds) if place != fold])
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(5):
        for batch in rest[torch.randperm(len(rest))].split(50):
            loss = torch.nn.functional.cross_entropy(model(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        kill.at("%d-%d" % (fold, epoch))
    with torch.no_grad():
        scores.append((model(X[test]).argmax(1) == y[test]).float().mean().item())
    models.append(model)
print(scores)
print([kill.weights(model) for model in models])
