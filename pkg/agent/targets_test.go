package agent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

// An accuracy of the labels that a torch loop by hand trained on is one on
// training data, of one batch or of an epoch; one of other labels is not, though
// the loop computes their loss too.
func TestTrainedLabels(t *testing.T) {
	t.Parallel()
	needs(t, "torch", "sklearn")
	s := share(t, "torch")
	a, log := s.run(agent.Request{Threads: 1}, digits+`
import torch
from sklearn.metrics import accuracy_score
from torch.utils.data import DataLoader, TensorDataset
train = DataLoader(TensorDataset(torch.tensor(a).float(), torch.tensor(c)), batch_size=63, shuffle=True)
test = DataLoader(TensorDataset(torch.tensor(b).float(), torch.tensor(d)), batch_size=63)
net = torch.nn.Linear(64, 10)
o = torch.optim.Adam(net.parameters(), lr=0.01)
loss = torch.nn.CrossEntropyLoss()
for epoch in range(2):
    labels, answers = [], []
    for x, y in train:
        o.zero_grad()
        out = net(x)
        (loss(out, y) / 2 + 0.001 * net.weight.norm()).backward()
        o.step()
        labels.extend(y.numpy()); answers.extend(out.argmax(1).numpy())
    accuracy_score(labels, answers)
    accuracy_score(y.numpy(), out.argmax(1).numpy())
    labels, answers = [], []
    for x, y in test:                   # with gradients, as many forget
        out = net(x); loss(out, y)
        labels.extend(y.numpy()); answers.extend(out.argmax(1).numpy())
    accuracy_score(labels, answers)
accuracy_score(c, net(torch.tensor(a).float()).argmax(1)); accuracy_score(d, net(torch.tensor(b).float()).argmax(1))
target = torch.tensor(c).float()[:, None] > 4
net = torch.nn.Linear(64, 1)
torch.nn.functional.binary_cross_entropy_with_logits(net(torch.tensor(a).float()), target.float()).backward()
accuracy_score(c > 4, (net(torch.tensor(a).float()) > 0).numpy()); accuracy_score(d > 4, (net(torch.tensor(b).float()) > 0).numpy())`)
	of := func(split string) string { return "accuracy " + split + " sklearn.metrics.accuracy_score" }
	epoch := []string{of("train"), of("train"), of("unknown")}
	want := append(append(append([]string{}, epoch...), epoch...), of("train"), of("unknown"), of("train"), of("unknown"))
	if diff := cmp.Diff(want, a.clean().metrics()); diff != "" {
		t.Errorf("%s\n%s", diff, log)
	}
}

// What was trained on batch by batch is training data as a whole too, unless its
// rows are of so few values that any others would be among them.
func TestTrainedInParts(t *testing.T) {
	t.Parallel()
	needs(t, "sklearn")
	a, log := share(t, "sklearn").run(agent.Request{}, digits+`
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score
m = SGDClassifier()
for epoch in range(2):
    for part in np.array_split(np.random.permutation(len(a)), 9):
        m.partial_fit(a[part], c[part], classes=range(10))
accuracy_score(c, m.predict(a)); m.score(a[:500], c[:500]); m.score(b, d)
few = np.random.randint(0, 2, (400, 2)); label = few[:, 0]
m = SGDClassifier()
for i in range(0, 300, 100):
    m.partial_fit(few[i:i + 100], label[i:i + 100], classes=[0, 1])
m.score(few[300:], label[300:])`)
	want := []string{
		"accuracy train sklearn.metrics.accuracy_score",
		"accuracy train sklearn.SGDClassifier.score",
		"accuracy test sklearn.SGDClassifier.score",
		"accuracy test sklearn.SGDClassifier.score",
	}
	if diff := cmp.Diff(want, a.clean().metrics()); diff != "" {
		t.Errorf("%s\n%s", diff, log)
	}
}
