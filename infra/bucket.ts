import { Validations } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";

/** An encrypted bucket that nobody outside can be let into and that takes TLS only. */
export function privateBucket(scope: Construct, id: string, props: BucketProps): Bucket {
	const bucket = new Bucket(scope, id, {
		encryption: BucketEncryption.S3_MANAGED,
		blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
		enforceSSL: true,
		minimumTLSVersion: 1.2,
		...props,
	});
	const reason =
		"Few roles may read or write it; who has to know each access turns on CloudTrail's data events, which name the caller";
	Validations.of(bucket).acknowledge({ id: "AwsSolutions-S1", reason });
	return bucket;
}
