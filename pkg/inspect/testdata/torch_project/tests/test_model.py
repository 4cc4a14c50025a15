from model import Net


def test_fit():
    Net().fit()
