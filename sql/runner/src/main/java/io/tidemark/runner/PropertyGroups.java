package io.tidemark.runner;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The runtime properties of the application, as Managed Flink hands them over. */
final class PropertyGroups {
    private PropertyGroups() {}

    /** Reads the groups from {@code file}, or from the service's own place where it is null. */
    static Map<String, Properties> read(String file) throws IOException {
        return file == null
                ? KinesisAnalyticsRuntime.getApplicationProperties()
                : KinesisAnalyticsRuntime.getApplicationProperties(file);
    }

    /** The properties of one group, sorted by name. Throws where the group is missing, naming those that are there. */
    static Map<String, String> group(Map<String, Properties> groups, String name) {
        Properties properties = groups.get(name);
        if (properties == null) {
            throw new IllegalArgumentException(
                    "The application has no property group " + name + " (it has " + groups.keySet()
                            + "): add it to the application's environment properties");
        }
        Map<String, String> sorted = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> sorted.put(key, properties.getProperty(key)));
        return sorted;
    }

    /** One property of a group. Throws where it is missing or empty. */
    static String required(Map<String, String> group, String groupName, String key) {
        String value = group.get(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(
                    "The property group " + groupName + " has no " + key + " (it has " + group.keySet() + ")");
        }
        return value;
    }
}
