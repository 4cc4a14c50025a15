import torch
from sklearn.datasets import load_digits
from torch.utils.data import Dataset


class Digits(Dataset):
    def __init__(self, train=True):
        data = load_digits()
        part = slice(0, 1500) if train else slice(1500, None)
        self.images = torch.tensor(data.images[part] / 16).float()
        self.labels = torch.tensor(data.target[part])

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.images[i], self.labels[i]
