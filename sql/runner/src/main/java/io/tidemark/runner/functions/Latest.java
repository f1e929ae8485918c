package io.tidemark.runner.functions;

/** The value of the last row by time, sequence and id. */
public final class Latest extends ValueAt {
    @Override
    protected boolean wins(int comparison) {
        return comparison > 0;
    }
}
