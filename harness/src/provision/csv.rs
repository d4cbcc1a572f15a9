//! The CSV file of an import.

/// The columns of a pool without attributes of its own.
///
/// Source: developer guide, "Importing users from a CSV file", the output of GetCSVHeader.
pub(crate) const COLUMNS: [&str; 21] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "cognito:mfa_enabled",
    "cognito:username",
];

/// A file with these columns and so many users. A user without a verified address cannot be imported.
pub(crate) fn file(columns: &[String], users: usize, verified: bool) -> String {
    let mut file = columns.join(",");
    for number in 1..=users {
        let row: Vec<_> = columns
            .iter()
            .map(|column| value(column, number, verified))
            .collect();
        file.push('\n');
        file.push_str(&row.join(","));
    }
    file.push('\n');
    file
}

/// What a user has in a column. The user name, the flag for multi-factor authentication and a verified address are required.
fn value(column: &str, number: usize, verified: bool) -> String {
    match column {
        "cognito:username" => format!("fullstop-{number}"),
        "cognito:mfa_enabled" | "phone_number_verified" => "FALSE".to_owned(),
        "email" => format!("fullstop-{number}@example.com"),
        "email_verified" if verified => "TRUE".to_owned(),
        "email_verified" => "FALSE".to_owned(),
        _ => String::new(),
    }
}
