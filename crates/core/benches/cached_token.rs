//! What one more client costs a source that has a token: `cargo bench -p oauthbearer-core`.

use std::sync::Arc;
use std::time::Duration;

use criterion::{criterion_group, criterion_main, Criterion};
use oauthbearer_core::{async_trait, Clock, ProviderError, Token, TokenProvider, TokenSource};

/// Makes tokens that live for an hour.
struct Maker(Clock);

#[async_trait]
impl TokenProvider for Maker {
    fn name(&self) -> &str {
        "maker"
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let end = self.0.wall() + Duration::from_secs(3600);
        Ok(Token::builder("token").principal("bench").expires_at(end).build(&self.0)?)
    }
}

fn cached(criterion: &mut Criterion) {
    let source = TokenSource::builder(Arc::new(Maker(Clock::system()))).build();
    let timeout = Duration::from_secs(30);
    source.blocking_token(timeout).expect("the maker makes tokens");
    criterion.bench_function("cached token", |bencher| bencher.iter(|| source.blocking_token(timeout)));
}

criterion_group!(benches, cached);
criterion_main!(benches);
