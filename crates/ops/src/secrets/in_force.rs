//! `InForce`: the provider that the settings choose, and the environment before it.

use super::{Environment, Keyring, PrivateFile, Provider, Secret, SecretError, SecretName};

/// Which provider stores keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// A file that only its user can read: the same on a desktop and on a server, so it is what ships.
    #[default]
    File,
    /// The keyring of the desktop.
    Keyring,
    /// Environment variables alone.
    Environment,
}

impl Choice {
    /// All of them.
    pub const ALL: [Choice; 3] = [Choice::File, Choice::Keyring, Choice::Environment];

    /// The word for it in the settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Choice::File => "file",
            Choice::Keyring => "keyring",
            Choice::Environment => "environment",
        }
    }

    /// The choice for a word of the settings.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Choice> {
        Choice::ALL.into_iter().find(|choice| choice.word() == word)
    }
}

/// The environment first, then the provider that was chosen.
pub struct InForce {
    environment: Environment,
    chosen: Option<Box<dyn Provider>>,
}

/// A secret and where it was.
#[derive(Debug)]
pub struct Found {
    /// The secret.
    pub secret: Secret,
    /// The word of the provider that had it.
    pub provider: &'static str,
    /// Where that keeps it, for people.
    pub place: String,
}

impl InForce {
    /// The environment, and no other.
    #[must_use]
    pub fn environment(environment: Environment) -> InForce {
        InForce { environment, chosen: None }
    }

    /// The environment, and then another.
    #[must_use]
    pub fn with(environment: Environment, chosen: Box<dyn Provider>) -> InForce {
        InForce { environment, chosen: Some(chosen) }
    }

    /// As the settings choose; the file is `file`.
    #[must_use]
    pub fn chosen(choice: Choice, file: PrivateFile) -> InForce {
        let environment = Environment::of_this_process();
        match choice {
            Choice::File => InForce::with(environment, Box::new(file)),
            Choice::Keyring => InForce::with(environment, Box::new(Keyring::of_this_system())),
            Choice::Environment => InForce::environment(environment),
        }
    }

    /// The provider that stores: the chosen one.
    #[must_use]
    pub fn storing(&self) -> &dyn Provider {
        match &self.chosen {
            Some(provider) => provider.as_ref(),
            None => &self.environment,
        }
    }

    /// The environment, which goes before the chosen one.
    #[must_use]
    pub fn first(&self) -> &Environment {
        &self.environment
    }

    /// The secret and where it was; nothing when no provider has it.
    ///
    /// # Errors
    /// [`SecretError`] of the first provider that cannot be asked.
    pub fn get(&self, name: &SecretName) -> Result<Option<Found>, SecretError> {
        let providers = [Some(&self.environment as &dyn Provider), self.chosen.as_deref()];
        for provider in providers.into_iter().flatten() {
            if let Some(secret) = provider.get(name)? {
                return Ok(Some(Found { secret, provider: provider.word(), place: provider.place(name) }));
            }
        }
        Ok(None)
    }
}

impl std::fmt::Debug for InForce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InForce({})", self.storing().word())
    }
}
