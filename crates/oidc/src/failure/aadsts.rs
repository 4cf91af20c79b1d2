//! Microsoft Entra's error numbers that say more than the OAuth error which they come with.

use oauthbearer_core::ErrorKind;

const NUMBERS: &[(&str, ErrorKind, &str)] = &[
    (
        "7000215",
        ErrorKind::Credentials,
        "sasl.oauthbearer.client.secret must be the secret's value, which Entra shows once, not the secret's id",
    ),
    (
        "7000222",
        ErrorKind::Credentials,
        "The client secret has expired: add a new one under 'Certificates & secrets', and set sasl.oauthbearer.client.secret",
    ),
    (
        "700016",
        ErrorKind::Credentials,
        "Check sasl.oauthbearer.client.id (the application id, not the object id) and the tenant in the endpoint's URL",
    ),
    (
        "700027",
        ErrorKind::Credentials,
        "Upload the certificate of this private key to the app registration; the assertion's header must name it (x5t)",
    ),
    ("700024", ErrorKind::ClockSkew, "The assertion is not valid at this time: correct this machine's clock"),
    (
        "700211",
        ErrorKind::Credentials,
        "No federated credential of the app has the assertion's issuer: add one, or correct its issuer",
    ),
    (
        "700213",
        ErrorKind::Credentials,
        "No federated credential of the app has the assertion's subject: add one for this service account, or correct it",
    ),
    (
        "700212",
        ErrorKind::Credentials,
        "No federated credential of the app has the assertion's audience: Entra wants api://AzureADTokenExchange",
    ),
    (
        "1002012",
        ErrorKind::InvalidRequest,
        "Entra v2 wants exactly one scope with /.default: sasl.oauthbearer.scope=api://<application id of the API>/.default",
    ),
    (
        "70011",
        ErrorKind::InvalidRequest,
        "Entra v2 wants exactly one scope with /.default: sasl.oauthbearer.scope=api://<application id of the API>/.default",
    ),
    (
        "500011",
        ErrorKind::InvalidRequest,
        "The tenant does not know the API that scope or resource names: correct its application id URI, or let an \
         administrator consent to it",
    ),
    (
        "501051",
        ErrorKind::Denied,
        "Assign an app role of the API to this client: the API's enterprise application requires assignment",
    ),
    ("90002", ErrorKind::InvalidRequest, "Entra does not know the tenant in the endpoint's URL"),
];

/// What a description with such a number means, and what to do.
pub(super) fn known(description: &str) -> Option<(ErrorKind, &'static str)> {
    let (_, rest) = description.split_once("AADSTS")?;
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let row = NUMBERS.iter().find(|(number, ..)| *number == &rest[..end])?;
    Some((row.1, row.2))
}
