//! Ledgers that cannot be used: each message names file, line and what would be right.

use super::{FAILING, run};
use crate::command::Scratch;

fn check(text: &str, wanted: &[&str]) {
    let scratch = Scratch::new();
    scratch.file("l.toml", text);
    let output = run(&scratch, &["ledger", "check", "l.toml"]);
    assert_eq!(output.code, 2, "{text}: {}", output.stderr);
    for part in wanted {
        assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
    }
}

fn of_case(more: &str) -> String {
    format!("[[known]]\ncase = \"{FAILING}\"\nfingerprint = \"0123456789abcdef\"\n{more}")
}

fn of_fault(more: &str) -> String {
    format!(
        "[[known]]\nfault = \"unchecked/JobId\"\nreason = \"r\"\n{more}[known.cases]\n\"{FAILING}\" = \"0123456789abcdef\"\n"
    )
}

#[test]
fn an_entry_for_one_case_is_checked() {
    let reason = of_case("reason = \"r\"\n");
    check("known = 3", &["l.toml", "line 1"]);
    check(&of_case(""), &["missing field `reason`", "line 1"]);
    check(
        &of_case("reason = \" \"\n"),
        &["l.toml:2", "without a reason"],
    );
    check(
        &of_case("reason = \"r\"\nexpires = 07:32:00\n"),
        &["l.toml:5", "2027-03-31"],
    );
    check(
        &of_case("reason = \"r\"\nreasons = 1\n"),
        &["unknown field `reasons`"],
    );
    check(
        &reason.replace("0123456789abcdef", "xyz"),
        &["l.toml:3", "no fingerprint"],
    );
    check(&reason.repeat(2), &["l.toml:6", "on line 2 already"]);
    check(
        &reason.replace("one-over", "none-such"),
        &["l.toml:2", "`job-id/length-max/none-such`", "fullstop list"],
    );
    check(
        &reason.replace("fingerprint = \"0123456789abcdef\"\n", ""),
        &["l.toml:2", "fingerprint"],
    );
    let scratch = Scratch::new();
    assert_eq!(run(&scratch, &["ledger", "check", "absent.toml"]).code, 2);
}

#[test]
fn an_entry_for_a_fault_or_a_rule_is_checked() {
    let fault = of_fault("");
    check(
        "[[known]]\nreason = \"r\"\n",
        &["l.toml:1", "one `fault` or one `rule`"],
    );
    check(
        &of_fault("rule = \"job-id\"\n"),
        &["l.toml:1", "one `fault` or one `rule`"],
    );
    check(
        &fault.replace("unchecked/", "uncheked/"),
        &["l.toml:2", "`uncheked/JobId`", "did you mean `unchecked`?"],
    );
    check(
        &fault.replace("one-over", "none-such"),
        &["l.toml:5", "`job-id/length-max/none-such`", "fullstop list"],
    );
    check(
        &fault.replace("0123456789abcdef", "xyz"),
        &["l.toml:5", "no fingerprint"],
    );
    check(
        &of_fault("suite = \"new\"\n"),
        &["l.toml:4", "version of the suite"],
    );
    check(&fault.repeat(2), &["l.toml:10", "on line 5 already"]);
    check(
        "[[known]]\nfault = \"unchecked/JobId\"\nreason = \"r\"\n",
        &["l.toml:2", "without `cases`"],
    );
    check(
        "[[known]]\nrule = \"job-id/no-such\"\nreason = \"r\"\n",
        &["l.toml:2", "no rule of this suite"],
    );
    check(
        "[[known]]\nrule = \"job-id\"\nreason = \"r\"\ncases = { a = \"00000000\" }\n",
        &["l.toml:2", "only a `fault`"],
    );
}
