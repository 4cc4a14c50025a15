from pipeline import run_training

if __name__ == "__main__":
    print("Test accuracy:", run_training())
