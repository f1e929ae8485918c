import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/**
 * A client that writes each number with the digits that JSON shows of it: 486.56 is 486.56 in the table, a decimal without a
 * remainder of its binary form, and reads back as the same number.
 */
export function documentClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
	return DynamoDBDocumentClient.from(new DynamoDBClient(config), {
		// Without this the client itself throws at a number beyond 2⁵³, which would come again for ever; the table says what it takes.
		marshallOptions: { allowImpreciseNumbers: true },
		unmarshallOptions: { wrapNumbers: Number },
	});
}
