import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";

/** An encrypted bucket that nobody outside can be let into and that takes TLS only. */
export function privateBucket(scope: Construct, id: string, props: BucketProps): Bucket {
	return new Bucket(scope, id, {
		encryption: BucketEncryption.S3_MANAGED,
		blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
		enforceSSL: true,
		minimumTLSVersion: 1.2,
		...props,
	});
}
