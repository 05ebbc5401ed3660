//! Every provider of secrets keeps the same promises; each further one joins the table in `providers`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // helpers of tests, in folders of their own

use std::{cell::RefCell, collections::BTreeMap, ffi::OsString, fs, os::unix::fs::symlink, path::Path, rc::Rc, time::Duration};

use lightproof_ops::secrets::{Environment, InForce, Keyring, PrivateFile, Provider, Secret, SecretError, SecretName};

/// A provider in a fresh place, and a way to put for those that are only read.
struct Case {
    provider: Box<dyn Provider>,
    put: Box<Put>,
}

type Put = dyn Fn(&SecretName, &str);

fn name(server: &str, owner: &str) -> SecretName {
    SecretName::new(server, owner).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn writable(make: impl Fn() -> Box<dyn Provider>) -> Case {
    let other = make();
    Case { provider: make(), put: Box::new(move |name, text| other.put(name, &secret(text)).unwrap()) }
}

/// One of the programs beside this file, called by a name in a folder of its own, where it keeps what it is handed. A link and no copy:
/// a program that was just written cannot always be started.
fn program(folder: &Path, which: &str) -> OsString {
    let path = folder.join("program");
    symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(which), &path).unwrap();
    path.into()
}

const PATIENCE: Duration = Duration::from_secs(20);

fn providers(folder: &Path) -> Vec<(&'static str, Case)> {
    let sub = |name: &str| {
        let path = folder.join(name);
        fs::create_dir(&path).unwrap();
        path
    };
    let variables: Rc<RefCell<BTreeMap<String, OsString>>> = Rc::default();
    let (look, set) = (variables.clone(), variables);
    let environment = Environment::from(move |variable| look.borrow().get(variable).cloned());
    let put = move |name: &SecretName, text: &str| {
        set.borrow_mut().insert(name.variable(), text.into());
    };
    let file = folder.join("file/private");
    let (tool, security) = (sub("tool"), sub("security"));
    let (tool, security) = (program(&tool, "secret-tool"), program(&security, "security"));
    vec![
        ("environment", Case { provider: Box::new(environment), put: Box::new(put) }),
        ("file", writable(move || Box::new(PrivateFile::in_folder(&file)))),
        ("secret-tool", writable(move || Box::new(Keyring::with_secret_tool(&tool, PATIENCE)))),
        ("security", writable(move || Box::new(Keyring::with_security(&security, PATIENCE)))),
    ]
}

fn kept(provider: &dyn Provider, name: &SecretName) -> Option<String> {
    provider.get(name).unwrap().map(|s| s.expose().to_owned())
}

#[test]
fn what_was_never_put_is_nothing_and_no_error() {
    let folder = tempfile::tempdir().unwrap();
    for (word, case) in providers(folder.path()) {
        assert!(case.provider.get(&name("home", "alice")).unwrap().is_none(), "{word}");
        (case.put)(&name("home", "alice"), "canary");
        assert!(case.provider.get(&name("home", "bob")).unwrap().is_none(), "{word}");
        assert!(case.provider.get(&name("away", "alice")).unwrap().is_none(), "{word}");
    }
}

#[test]
fn what_was_put_is_got_back_and_putting_again_replaces_it() {
    let folder = tempfile::tempdir().unwrap();
    for (word, case) in providers(folder.path()) {
        let alice = name("home", "alice");
        for text in ["canary1", "x", "Zm9v+bar/==\"quoted\" 'too' \\ $HOME `id` %s", &"long".repeat(128)] {
            (case.put)(&alice, text);
            assert_eq!(kept(&*case.provider, &alice).as_deref(), Some(text), "{word}");
        }
    }
}

#[test]
fn names_that_differ_never_share_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        name("home", "alice"),
        name("home", "bob"),
        name("away", "alice"),
        name("home.alice", "bob"),
        name("home", "Zoë O'Brien"),
    ];
    for (word, case) in providers(folder.path()) {
        for (i, name) in names.iter().enumerate() {
            (case.put)(name, &format!("canary{i}"));
        }
        for (i, name) in names.iter().enumerate() {
            assert_eq!(kept(&*case.provider, name), Some(format!("canary{i}")), "{word} {name}");
        }
    }
}

#[test]
fn one_that_is_only_read_says_where_a_person_can_put_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    for (word, case) in providers(folder.path()) {
        let alice = name("home", "alice");
        let put = case.provider.put(&alice, &secret("canary"));
        assert_eq!(put.is_ok(), case.provider.is_writable(), "{word}");
        if let Err(error) = put {
            assert!(matches!(error, SecretError::ReadOnly { .. }), "{word}");
            assert!(error.to_string().contains(&case.provider.place(&alice)), "{word}: {error}");
        }
    }
}

#[test]
fn a_secret_is_told_nowhere_but_where_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    for (word, case) in providers(folder.path()) {
        let alice = name("home", "alice");
        (case.put)(&alice, "canary-x7");
        let got = case.provider.get(&alice).unwrap();
        let told = format!("{got:?} {} {}", case.provider.place(&alice), case.provider.word());
        assert!(!told.contains("canary"), "{word}: {told}");
    }
    for noted in ["tool/arguments", "tool/environment", "security/arguments", "security/environment"] {
        let noted = fs::read_to_string(folder.path().join(noted)).unwrap();
        assert!(!noted.contains("canary") && !noted.contains("63616e617279"), "{noted}");
    }
}

#[test]
fn a_keyring_that_cannot_be_asked_is_an_error_and_not_an_empty_one() {
    let alice = name("home", "alice");
    let folder = tempfile::tempdir().unwrap();
    let keyring = |which: &str, patience| {
        let own = folder.path().join(which);
        fs::create_dir(&own).unwrap();
        Keyring::with_secret_tool(program(&own, which), patience)
    };
    let put = |keyring: &Keyring| keyring.put(&alice, &secret("canary")).unwrap_err().to_string();
    let locked = keyring("locked", PATIENCE);
    let told = locked.get(&alice).unwrap_err().to_string();
    assert!(told.contains("Cannot autolaunch D-Bus"), "{told}");
    assert!(put(&locked).contains("Cannot autolaunch D-Bus"));
    let missing = Keyring::with_secret_tool(folder.path().join("nothing"), PATIENCE);
    assert!(matches!(missing.get(&alice), Err(SecretError::NoProgram { .. })));
    let told = put(&keyring("leaky", PATIENCE));
    assert!(told.contains("cannot keep …") && !told.contains("canary"), "{told}");
    let told = keyring("silent", Duration::from_millis(300)).get(&alice).unwrap_err().to_string();
    assert!(told.contains("no answer within"), "{told}");
    let told = put(&keyring("forgetful", PATIENCE));
    assert!(told.contains("does not give back"), "{told}");
}

#[test]
fn the_environment_goes_before_the_chosen_provider() {
    let folder = tempfile::tempdir().unwrap();
    let file = PrivateFile::in_folder(folder.path().join("private"));
    let (alice, bob) = (name("home", "alice"), name("home", "bob"));
    file.put(&alice, &secret("filed")).unwrap();
    file.put(&bob, &secret("filed")).unwrap();
    let variable = alice.variable();
    let environment = Environment::from(move |asked| (asked == variable).then(|| "set".into()));
    let secrets = InForce::with(environment, Box::new(file));
    let found = |name| secrets.get(name).unwrap().map(|found| (found.secret.expose().to_owned(), found.provider)).unwrap();
    assert_eq!(found(&alice), ("set".into(), "environment"));
    assert_eq!(found(&bob), ("filed".into(), "file"));
}
