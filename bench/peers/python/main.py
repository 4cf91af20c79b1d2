"""One MSK token of the Python signer, with the credentials of the environment: printed.

With a number of tokens as the argument, that many of credentials at hand after as many for warm-up, and the microseconds of CPU
time that one of them cost are printed.
"""

import os
import sys
import time

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider

REGION = "us-east-1"


def main():
    if len(sys.argv) < 2:
        token, _ = MSKAuthTokenProvider.generate_auth_token(REGION)
        print(token)
        return
    tokens = int(sys.argv[1])
    provider = prepared()
    many(tokens, provider)
    begin = time.process_time()
    many(tokens, provider)
    print((time.process_time() - begin) * 1e6 / tokens)


def prepared():
    """A provider of credentials at hand."""
    # Not at the top, where the first token would pay for them.
    from botocore.credentials import CredentialProvider, Credentials

    environment = os.environ
    credentials = Credentials(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        environment.get("AWS_SESSION_TOKEN"),
    )

    class Prepared(CredentialProvider):
        def load(self):
            return credentials

    return Prepared()


def many(tokens, provider):
    for _ in range(tokens):
        MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(REGION, provider)


main()
