package io.tidemark.runner.functions;

/** The value of the first row by time, sequence and id. */
public final class Earliest extends ValueAt {
    @Override
    protected boolean wins(int comparison) {
        return comparison < 0;
    }
}
