package io.tidemark.runner;

import java.net.URI;
import java.util.Map;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Objects in S3 by their address, {@code s3://bucket/key}, at the place that the properties of the SQL name. */
final class Bucket {
    private final Map<String, String> properties;

    /** @param properties the group tidemark.sql */
    Bucket(Map<String, String> properties) {
        this.properties = properties;
    }

    byte[] read(URI address) {
        try (S3Client s3 = client()) {
            return s3.getObjectAsBytes(get -> get.bucket(address.getHost()).key(key(address))).asByteArray();
        }
    }

    void write(URI address, String text) {
        try (S3Client s3 = client()) {
            s3.putObject(put -> put.bucket(address.getHost()).key(key(address)), RequestBody.fromString(text));
        }
    }

    private static String key(URI address) {
        return address.getPath().substring(1);
    }

    private S3Client client() {
        return S3Client.builder()
                .region(Region.of(PropertyGroups.required(properties, "tidemark.sql", "AWS_REGION")))
                .endpointOverride(URI.create(PropertyGroups.required(properties, "tidemark.sql", "S3_ENDPOINT")))
                .forcePathStyle(Boolean.parseBoolean(properties.get("S3_PATH_STYLE")))
                .build();
    }
}
