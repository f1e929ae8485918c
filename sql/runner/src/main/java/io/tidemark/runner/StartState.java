package io.tidemark.runner;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;

/** Whether the job starts from state. */
final class StartState {
    private StartState() {}

    static boolean restores(Configuration configuration) {
        return configuration.getOptional(StateRecoveryOptions.SAVEPOINT_PATH).isPresent();
    }
}
