//! The client's secret in a file.

use oauthbearer_core::ErrorKind;
use oauthbearer_testkit::idp::{Client, ClientAuth, Fault};

use crate::support::{assert_error, secret, World};

#[tokio::test]
async fn a_new_secret_needs_no_restart() {
    for (method, expected) in [
        ("client_secret_basic", ClientAuth::ClientSecretBasic),
        ("client_secret_post", ClientAuth::ClientSecretPost),
    ] {
        let [old, new] = [secret(), secret()];
        let world = World::start(|idp| idp.client(Client::new("orders").secret(&old)));
        [&old, &new].into_iter().for_each(|secret| world.leaks.add(secret));
        let file = world.write("secret", &format!("{old}\n"));
        let config = world
            .config()
            .set(".client.id", "orders")
            .set("client_secret_file", file)
            .set("client_auth", method);
        let provider = world.provider(config);
        world.token_of(&provider).await;
        assert_eq!(world.last_request().client_auth, Some(expected));

        world.idp.register(Client::new("orders").secret(&new));
        let error = world.error_of(&provider).await;
        assert_error(&error, ErrorKind::Credentials, &["invalid_client", "client_secret_file"]);
        world.write("secret", &new);
        world.token_of(&provider).await;

        // The server still repeats the old one.
        world.idp.fail_next(Fault::described(401, "invalid_client", format!("{old} is not {new}")));
        let error = world.error_of(&provider).await;
        assert_error(&error, ErrorKind::Credentials, &["(HTTP 401): [left out] is not [left out]"]);
    }
}

#[tokio::test]
async fn what_is_no_secret_any_more_is_said() {
    let right = secret();
    let world = World::start(|idp| idp.client(Client::new("orders").secret(&right)));
    world.leaks.add(&right);
    let file = world.write("secret", &right);
    let provider =
        world.provider(world.config().set(".client.id", "orders").set("client_secret_file", &file));
    for (text, kind, part) in [
        (String::new(), ErrorKind::Unavailable, "it is empty"),
        (format!("\"{right}\""), ErrorKind::Credentials, "is in quotes"),
        (format!("{right}\n{right}\n"), ErrorKind::Credentials, "has several lines"),
        ("${SECRET}".to_owned(), ErrorKind::Credentials, "a placeholder"),
    ] {
        world.write("secret", &text);
        assert_error(&world.error_of(&provider).await, kind, &["'client_secret_file'", part]);
    }
    assert!(world.idp.token_requests().is_empty(), "nothing of it was sent");
    std::fs::remove_file(&file).unwrap();
    assert_error(&world.error_of(&provider).await, ErrorKind::Unavailable, &["it does not exist"]);
    world.write("secret", &format!("{right}\r\n"));
    world.token_of(&provider).await;
}
