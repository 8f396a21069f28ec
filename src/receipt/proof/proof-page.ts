/**
 * The proof of one deletion as a page for people: one HTML file without scripts or anything to load.
 *
 * @module
 */
import type { LedgerLook } from '../ledger/verify-entries.ts'
import { html, type Markup, NOTHING } from './html.ts'
import type { ProofDocument, RetainedInTable } from './proof-document.ts'
import { badge, type Fact, facts, line, list, mono, section, table, time } from './proof-parts.ts'
import { PROOF_STYLE } from './proof-style.ts'
import {
  actionText,
  day,
  identityText,
  ledgerText,
  levelText,
  outcomeText,
  plural,
  problemText,
  stepText,
  thenText,
  userText,
} from './proof-words.ts'

/** Renders a proof. Pure; the same document gives the same page. */
export function proofPage(proof: ProofDocument): string {
  const { request } = proof
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Proof of deletion ${proof.receipt.id}</title>
<style>${PROOF_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kind">Proof of deletion</p>
<h1><bdi class="id">${request.subject}</bdi></h1>
${summary(proof)}
</header>
${section('Request', facts(requestFacts(proof)))}
${section('What was deleted or changed', doneTable(proof), searched(proof))}
${section('What is kept, and until when', retainedTable(proof))}
${proof.external.length + proof.erasers.length === 0 ? NOTHING : section('Cleaned elsewhere', externalTable(proof), eraserTable(proof))}
${section('Cleared from the file', erasureList(proof))}
${section('Verification', facts(verificationFacts(proof)), findings(proof))}
${section('What this does not claim', html`<ul class="claims">${proof.notClaimed.map(({ text }) => html`<li>${text}</li>`)}</ul>`)}
<footer>
${facts([
  ['Receipt', mono(proof.receipt.id)],
  ['Digest of the receipt', mono(proof.verification.receipt.digest)],
  ['Digest of this proof', mono(proof.digest)],
])}
<p>The digests are SHA-256 over the receipt and over the JSON document of this proof, each as canonical JSON (RFC 8785) without its own <code>digest</code>. This page was made from that document.</p>
</footer>
</main>
</body>
</html>
`.toString()
}

function summary({ done, retained, request, policy, verification }: ProofDocument): Markup {
  const removed = sum(done, 'delete')
  const changed = sum(done, 'anonymize') + sum(done, 'detach')
  const kept = retained.filter(({ ended }) => ended === null)
  const keptRows = kept.reduce((total, { rows }) => total + rows, 0)
  return html`<p class="lead">Completed on ${time(request.completedAt)} under the policy <bdi>${policy.name}</bdi>, version ${policy.version}.</p>
<dl class="figures">
<div><dt>deleted</dt><dd>${plural(removed, 'row')}</dd></div>
<div><dt>changed, without the person</dt><dd>${plural(changed, 'row')}</dd></div>
<div><dt>kept</dt><dd>${plural(keptRows, 'row')}</dd></div>
<div><dt>verified ${day(verification.user.at)}</dt><dd>${badge(verification.user.status, outcomeText(verification.user.status))}</dd></div>
</dl>`
}

function sum(done: ProofDocument['done'], action: string): number {
  return done.reduce((total, row) => total + (row.action === action ? row.rows : 0), 0)
}

function requestFacts({ request, policy }: ProofDocument): readonly Fact[] {
  const { userId, tenantId, reason, requestedBy, requestedAt, completedAt, replayOf } = request
  return [
    ['User', userId === null ? 'named by a keyed hash, as above' : mono(userId)],
    ...(tenantId === null ? [] : [['Tenant', mono(tenantId)] as const]),
    ['Requested', time(requestedAt)],
    ['Requested by', requestedBy === null ? 'not recorded' : mono(requestedBy)],
    ['Reason', reason === null ? 'not recorded' : mono(reason)],
    ['Completed', time(completedAt)],
    ...(replayOf === null
      ? []
      : [['Done again', html`a restored backup had undone ${mono(replayOf)}`] as const]),
    [
      'Policy',
      html`<bdi>${policy.name}</bdi>, version ${policy.version}${policy.changed ? ' (changed while the deletion ran)' : ''}`,
    ],
    ['Digest of the policy', mono(policy.digest)],
  ]
}

function doneTable({ done }: ProofDocument): Markup {
  const rows = done.map(
    ({ table, action, rows: count, reasons, identity }) => html`<tr>
<th scope="row">${mono(table)}</th><td>${actionText(action)}</td><td class="number">${count}</td>
<td>${reasons.map(line)}${identity.length === 0 ? NOTHING : html`<div class="note">${identityText(identity)}</div>`}</td>
</tr>
`,
  )
  return table(
    'Tables in which rows were deleted or changed',
    ['Table', 'What was done', 'Rows', 'Note'],
    rows,
  )
}

function searched({ nothingFound }: ProofDocument): Markup {
  if (nothingFound.length === 0) return NOTHING
  return html`<p>Searched too, and no row of the user found: ${list(nothingFound.map(mono))}.</p>`
}

function retainedTable({ retained }: ProofDocument): Markup {
  if (retained.length === 0) return html`<p>Nothing is kept under a retention rule.</p>`
  const rows = retained.map(
    (kept) => html`<tr>
<th scope="row">${mono(kept.table)}</th><td class="number">${kept.rows}</td>
<td><bdi>${kept.reason ?? ''}</bdi>${kept.ended === null ? html`<div class="note">${identityText([kept.identity])}</div>` : NOTHING}</td>
<td>${untilText(kept)}</td>
</tr>
`,
  )
  return table('Rows that are retained', ['Table', 'Rows', 'Why', 'Until'], rows)
}

function untilText({ until, then, ended }: RetainedInTable): Markup {
  if (ended !== null) {
    const done = ended.action === 'delete' ? 'Deleted' : 'Anonymized'
    return html`<strong>${done}</strong> ${time(ended.at)}<div class="note">ledger entry ${ended.seq}</div>`
  }
  if (until === null) return html`no end`
  return html`${time(until)}<div class="note">${thenText(then)}</div>`
}

function externalTable({ external }: ProofDocument): Markup {
  if (external.length === 0) return NOTHING
  const rows = external.map(
    ({ table: name, rows: count, reasons }) => html`<tr>
<th scope="row">${mono(name)}</th><td class="number">${count ?? 'not counted'}</td><td>${reasons.map(line)}</td>
</tr>
`,
  )
  return table('Tables that something else cleans', ['Table', 'Rows', 'Note'], rows)
}

function eraserTable({ erasers }: ProofDocument): Markup {
  if (erasers.length === 0) return NOTHING
  const rows = erasers.map(
    ({ name, status, removed, retained }) => html`<tr>
<th scope="row">${mono(name)}</th><td>${badge(status === 'done' ? 'clean' : 'residue', status)}</td><td class="number">${removed}</td>
<td>${retained.map(({ count, reason }) => html`<div>${count} kept: <bdi>${reason}</bdi></div>`)}</td>
</tr>
`,
  )
  return table('What external erasers reported', ['Eraser', 'Outcome', 'Removed', 'Note'], rows)
}

function erasureList({ erasure, request }: ProofDocument): Markup {
  const entries = [
    { level: erasure.atCommit, at: request.completedAt, seq: null },
    ...erasure.later,
  ]
  return html`<ol class="times">
${entries.map(({ level, at, seq }) => html`<li>${time(at)} <span>${levelText(level)}${seq === null ? '' : ` (ledger entry ${seq})`}</span></li>\n`)}</ol>`
}

function verificationFacts({ verification }: ProofDocument): readonly Fact[] {
  const { ledger, receipt, user } = verification
  return [
    [
      'The user',
      html`${badge(user.status, outcomeText(user.status))} ${userText(user)}${user.userRowReason === null ? NOTHING : html`<br><span class="note">Why it is kept: <bdi>${user.userRowReason}</bdi></span>`}${sharedNote(user)}`,
    ],
    ['Looked at', time(user.at)],
    [
      'The receipt',
      html`${badge(receipt.isWhole ? 'clean' : 'residue', receipt.isWhole ? 'intact' : 'altered')} ledger entry ${receipt.seq}; its digest ${receipt.isWhole ? 'fits its content' : 'does not fit its content'}`,
    ],
    [
      'The ledger',
      html`${badge(ledger.problem === null ? 'clean' : 'residue', ledger.problem === null ? 'intact' : 'broken')} ${ledgerText(ledger)}`,
    ],
    ['The whole ledger', wholeLedger(ledger, receipt.seq)],
  ]
}

function wholeLedger({ lastVerified }: LedgerLook, seq: number): Markup {
  if (lastVerified === null) {
    return html`${badge('unverifiable', 'not verified')} no verification of it is recorded`
  }
  if (!lastVerified.valid) {
    const { problem, at } = lastVerified
    return html`${badge('residue', 'broken')} the last verification, ${time(at)}, found: entry ${lastVerified.seq} ${problemText(problem)}`
  }
  const { at, since, head, archived = 0, stands } = lastVerified
  const pieces = since === at ? NOTHING : html`, in pieces since ${time(since)}`
  const bodies =
    archived === 0
      ? html``
      : html`, ${archived} of them by what stays of them, as their bodies are in an archive`
  const verified = html`entries 1 to ${head.seq} were last verified ${time(at)}${pieces}${bodies}`
  if (!stands) {
    return html`${badge('residue', 'broken')} ${verified}, but the last of them is not there any more as it was`
  }
  if (head.seq < seq)
    return html`${badge('unverifiable', 'in part')} ${verified}, before that of this receipt was written`
  return html`${badge('clean', 'verified')} ${verified}, that of this receipt among them`
}

function sharedNote({ shared = 0 }: ProofDocument['verification']['user']): Markup {
  return shared === 0
    ? NOTHING
    : html`<br><span class="note">Beside that ${plural(shared, 'row')} found by a value that others hold too: left to them.</span>`
}

function findings({ verification }: ProofDocument): Markup {
  const open = new Map<string, Finding>()
  for (const { table: name, status, rows: count } of verification.user.steps) {
    if (status !== 'residue' && status !== 'unverifiable') continue
    const key = JSON.stringify([name, status])
    open.set(key, { name, status, count: (open.get(key)?.count ?? 0) + (count ?? 0) })
  }
  if (open.size === 0) return NOTHING
  const rows = [...open.values()].map(
    ({ name, status, count }) => html`<tr>
<th scope="row">${mono(name)}</th><td>${badge(status)}</td><td>${stepText(status, count)}</td>
</tr>
`,
  )
  return table('What is not shown to be clean', ['Table', 'Finding', 'Meaning'], rows)
}

interface Finding {
  readonly name: string
  readonly status: 'residue' | 'unverifiable'
  readonly count: number
}
