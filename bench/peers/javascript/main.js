// One MSK token of the JavaScript signer, with the credentials of the environment: printed. With a number of tokens as the argument,
// that many of credentials at hand after as many for warm-up, and the microseconds of CPU time that one of them cost are printed.
"use strict";

const { generateAuthToken, generateAuthTokenFromCredentialsProvider } = require("aws-msk-iam-sasl-signer-js");

const region = "us-east-1";

async function main() {
  if (process.argv.length < 3) {
    const { token } = await generateAuthToken({ region });
    console.log(token);
    return;
  }
  const tokens = Number(process.argv[2]);
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  const awsCredentialsProvider = async () => credentials;
  const many = async () => {
    for (let made = 0; made < tokens; made++) {
      await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider });
    }
  };
  await many();
  const begin = process.cpuUsage();
  await many();
  const { user, system } = process.cpuUsage(begin);
  console.log((user + system) / tokens);
}

main();
