use std::fmt;

/// Where AWS credentials came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// A profile of the AWS configuration files.
    Profile,
    /// A token file and a role: EKS's IAM roles for service accounts (IRSA).
    WebIdentity,
    /// The endpoint that ECS and EKS Pod Identity give to a container.
    Container,
    /// EC2's instance metadata service (IMDSv2).
    InstanceMetadata,
    /// Given by the program.
    Injected,
}

impl Source {
    /// The standard chain, in the order of the AWS SDKs.
    pub(crate) const CHAIN: &'static [Self] =
        &[Self::Environment, Self::Profile, Self::WebIdentity, Self::Container, Self::InstanceMetadata];
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "environment",
            Self::Profile => "profile",
            Self::WebIdentity => "web identity",
            Self::Container => "container",
            Self::InstanceMetadata => "instance metadata",
            Self::Injected => "injected",
        })
    }
}
