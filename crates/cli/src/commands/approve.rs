//! `approve` and `approval`: a person types the passphrase at this terminal, and nowhere else.

use lightproof_engine::{
    approving::{ApprovalError, Consent, Typed, approve as give, is_set, set_passphrase},
    planning::find,
};
use lightproof_model::approval::Scope;
use serde_json::json;

use crate::{
    args::{
        Common,
        carry::{ApprovalCommand, ApproveArgs},
    },
    commands::{
        config::settings,
        journal::when,
        plan::open,
        review::{now_in_ms, reviewer},
    },
    exit::Refusal,
    hidden,
    out::Out,
    words::plain,
};

/// What a person types; refused where no person can be asked.
fn typed(prompt: &str) -> anyhow::Result<Typed> {
    let asked = hidden::ask_person(prompt)?.ok_or_else(|| Refusal {
        message: "the approval passphrase is typed at a terminal, and this is none".to_owned(),
        hint: "run the command yourself in a terminal, or approve on the pages of `lightproof review`",
    })?;
    Ok(Typed::by_a_person(asked.to_string()))
}

/// Approves of a plan.
pub fn approve(args: &ApproveArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let reviewer = reviewer(args.reviewer.as_deref())?;
    let scope =
        Scope::parse(&args.steps).map_err(|error| Refusal { message: error.to_string(), hint: "for example --steps 1-3,7" })?;
    let ledger = open(&settings.ledger.value)?;
    let (digest, plan) = find(&ledger, &args.plan)?;
    if !is_set(&ledger)? {
        return Err(ApprovalError::NotSet.into());
    }
    let passphrase = typed(&format!("The approval passphrase, for plan {}: ", digest.folder()))?;
    let consent = Consent { plan: digest.clone(), scope, reviewer, holds_for: i64::from(args.hours) * 60 * 60 * 1000 };
    let given = give(&ledger, &plan, consent, &passphrase, now_in_ms())?.approval;
    if out.is_json() {
        return Ok(out.json(&json!({
            "command": "approve", "plan": digest.as_str(), "steps": given.scope.text(),
            "reviewer": given.reviewer.as_str(), "expires": given.expires,
        }))?);
    }
    if out.is_told() {
        let who = plain(given.reviewer.as_str());
        let (short, steps) = (digest.folder(), given.scope.text());
        out.text(&format!(
            "{who} approves of plan {short}, steps {steps}, until {}; once.\nCarry it out with `lightproof execute {short}`.\n",
            when(given.expires)
        ))?;
    }
    Ok(())
}

/// Sets the passphrase, or tells whether it is set.
pub fn approval(command: &ApprovalCommand, common: &Common, out: Out) -> anyhow::Result<()> {
    let settings = settings(common, None)?;
    let ledger = open(&settings.ledger.value)?;
    match command {
        ApprovalCommand::Status => {
            let set = is_set(&ledger)?;
            if out.is_json() {
                return Ok(out.json(&json!({ "command": "approval status", "set": set }))?);
            }
            let told = if set {
                "an approval passphrase is set\n"
            } else {
                "no approval passphrase is set: `lightproof approval set`\n"
            };
            Ok(out.text(told)?)
        }
        ApprovalCommand::Set => {
            let old = if is_set(&ledger)? { Some(typed("The passphrase that is set now: ")?) } else { None };
            let new = typed("A new approval passphrase: ")?;
            let again = typed("The same once more: ")?;
            if !new.is_the_same_as(&again) {
                let message = "the two are not the same; nothing was set".to_owned();
                return Err(Refusal { message, hint: "run the command again" }.into());
            }
            set_passphrase(&ledger, old.as_ref(), &new, now_in_ms())?;
            if out.is_json() {
                return Ok(out.json(&json!({ "command": "approval set", "set": true }))?);
            }
            if out.is_told() {
                out.text("The passphrase is set. It is stored nowhere: keep it as you keep your other passphrases.\n")?;
            }
            Ok(())
        }
    }
}
