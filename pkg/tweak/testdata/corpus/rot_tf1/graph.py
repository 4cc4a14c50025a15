import tensorflow as tf
from sklearn.datasets import load_iris

X, y = load_iris(return_X_y=True)
x = tf.placeholder(tf.float32, [None, 4])
W = tf.Variable(tf.zeros([4, 3]))
logits = tf.matmul(x, W)
labels = tf.placeholder(tf.int64, [None])
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
train_step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
sess = tf.InteractiveSession()
tf.global_variables_initializer().run()
for _ in range(100):
    sess.run(train_step, {x: X, labels: y})
print('accuracy', sess.run(tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), labels), tf.float32)), {x: X, labels: y}))
