from model import make
make().fit([[0], [1]], [0, 1])
