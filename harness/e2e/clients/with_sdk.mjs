// The AWS SDK for JavaScript lives through a whole import job on the endpoint, and meets every documented error as its class.

import { createRequire } from "node:module";

// The package is where the caller installed it: node looks for it from there.
const require = createRequire(`${process.argv[2]}/`);
const sdk = require("@aws-sdk/client-cognito-identity-provider");
const { version } = require("@aws-sdk/client-cognito-identity-provider/package.json");

const endpoint = process.env.FULLSTOP_ENDPOINT;
const role = "arn:aws:iam::123456789012:role/import";
const queued = [
  "InternalErrorException",
  "NotAuthorizedException",
  "OperationNotEnabledException",
  "PreconditionNotMetException",
  "TooManyRequestsException",
];
const csv =
  "name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,email_verified,gender," +
  "birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,cognito:mfa_enabled,cognito:username\n" +
  ",,,,,,,,,a@example.com,TRUE,,,,,,FALSE,,,FALSE,a\n";

let checks = 0;
function check(holds, what) {
  checks += 1;
  if (!holds) {
    console.error(`does not hold: ${what}`);
    process.exit(1);
  }
}

function client(attempts = 1, credentials) {
  return new sdk.CognitoIdentityProviderClient({ endpoint, region: "us-east-1", maxAttempts: attempts, credentials });
}

async function fault(error, times) {
  const answer = await fetch(`${endpoint}/_fullstop/faults`, {
    method: "POST",
    body: JSON.stringify({ error, times, UserPoolId: pool }),
  });
  check(answer.ok, "the control takes a fault");
}

/** The command is refused with this error, which arrives as its own class where the service declares it. */
async function refused(error, command, by = cognito) {
  let came;
  try {
    await by.send(command);
  } catch (caught) {
    came = caught;
  }
  check(came?.name === error, `${error} is the name, not ${came?.name}`);
  check(!sdk[error] || came instanceof sdk[error], `${error} arrives as its class`);
}

/** The ids of a job that was given a file and started. */
async function started(name) {
  const create = new sdk.CreateUserImportJobCommand({ UserPoolId: pool, JobName: name, CloudWatchLogsRoleArn: role });
  const job = (await cognito.send(create)).UserImportJob;
  check(job?.Status === "Created", `a new job is Created, not ${job?.Status}`);
  const ids = { UserPoolId: pool, JobId: job.JobId };
  await refused("PreconditionNotMetException", new sdk.StartUserImportJobCommand(ids));
  const headers = { "x-amz-server-side-encryption": "aws:kms" };
  const put = await fetch(job.PreSignedUrl, { method: "PUT", headers, body: csv });
  check(put.ok, "the file is taken");
  const status = (await cognito.send(new sdk.StartUserImportJobCommand(ids))).UserImportJob?.Status;
  check(["Pending", "InProgress"].includes(status), `a started job is Pending or InProgress, not ${status}`);
  return ids;
}

/** A Stop that is refused twice is tried again, and stops the job. */
async function stoppedAtLast(error, ids) {
  await fault(error, 2);
  const answer = await client(3).send(new sdk.StopUserImportJobCommand(ids));
  check(answer.$metadata.attempts === 3, `${error} is tried again, twice`);
  const status = answer.UserImportJob?.Status;
  check(["Stopping", "Stopped"].includes(status), `the job is stopped, not ${status}`);
  dated(answer.UserImportJob);
}

/** The dates of a stopped job parse, are in order, and of today. */
function dated(job) {
  const dates = [job.CreationDate, job.StartDate, job.CompletionDate];
  check(dates.every((date) => date instanceof Date && !Number.isNaN(date.getTime())), "dates parse");
  check(dates[0] <= dates[1] && dates[1] <= dates[2], "dates are in order");
  check(Math.abs(dates[0].getTime() - Date.now()) < 300_000, "dates are of today");
}

const cognito = client();
const createPool = new sdk.CreateUserPoolCommand({ PoolName: "clients-javascript", AutoVerifiedAttributes: ["email"] });
const pool = (await cognito.send(createPool)).UserPool.Id;
const first = await started("first");
const stop = new sdk.StopUserImportJobCommand(first);
for (const error of queued) {
  await fault(error, 1);
  await refused(error, stop);
}
await refused("InvalidParameterException", new sdk.StopUserImportJobCommand({ UserPoolId: pool, JobId: "nonsense" }));
const nowhere = { UserPoolId: "us-east-1_NoSuchPool", JobId: first.JobId };
await refused("ResourceNotFoundException", new sdk.StopUserImportJobCommand(nowhere));
const nobody = client(1, { accessKeyId: "AKIDOFNOBODY", secretAccessKey: "secret" });
await refused("UnrecognizedClientException", stop, nobody);
const wrong = client(1, { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wrong" });
await refused("InvalidSignatureException", stop, wrong);
await stoppedAtLast("TooManyRequestsException", first);
const second = await started("second");
await stoppedAtLast("InternalErrorException", second);

const described = (await cognito.send(new sdk.DescribeUserImportJobCommand(first))).UserImportJob;
check(described?.Status === "Stopped", `a stopped job is described as Stopped, not ${described?.Status}`);
dated(described);
check(Number.isInteger(described.ImportedUsers), "counters are numbers");
const list = new sdk.ListUserImportJobsCommand({ UserPoolId: pool, MaxResults: 10 });
const listed = (await cognito.send(list)).UserImportJobs.map((job) => job.JobId);
check(listed.join() === [second.JobId, first.JobId].join(), "both jobs are listed, the newest first");
await cognito.send(new sdk.DeleteUserPoolCommand({ UserPoolId: pool }));
await refused("ResourceNotFoundException", new sdk.DescribeUserImportJobCommand(first));
console.log(`AWS SDK for JavaScript ${version}: ${checks} checks hold`);
