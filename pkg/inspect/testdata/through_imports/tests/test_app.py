import app
import model

assert model.build()
