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

/// A file with these columns and one user. A user without a verified address cannot be imported.
pub(crate) fn file(columns: &[String], verified: bool) -> String {
    let value = |column: &String| match column.as_str() {
        "cognito:username" => "fullstop-user",
        "cognito:mfa_enabled" | "phone_number_verified" => "FALSE",
        "email" => "user@example.com",
        "email_verified" if verified => "TRUE",
        "email_verified" => "FALSE",
        _ => "",
    };
    let row: Vec<_> = columns.iter().map(value).collect();
    format!("{}\n{}\n", columns.join(","), row.join(","))
}
