"""A closed generator keeps no frame, and so nothing that was in it."""
import gc
import weakref


class Held:
    pass


def run():
    held = Held()
    reference = weakref.ref(held)

    def body():
        kept = held
        yield

    generator = body()
    next(generator)
    frame = generator.gi_frame
    del held
    print(frame.f_lineno > 0, reference() is not None)
    del frame
    generator.close()
    gc.collect()
    print(generator.gi_frame, reference())


run()
