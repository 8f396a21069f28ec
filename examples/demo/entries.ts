/**
 * Made-up audit entries and webhook events about a user.
 *
 * @module
 */
import type { Random } from './random.ts'

/** A user as the generator made it up. */
export interface SeededUser {
  readonly id: string
  readonly tenantId: string
  readonly email: string
  readonly name: string
}

/** An audit entry without its id and time, by the names of the parameters that write it. */
export interface AuditEntry {
  readonly type: string
  readonly actorId: string | null
  readonly actorEmail: string | null
  readonly actorType: string
  readonly resourceId: string | null
  readonly resourceType: string | null
  readonly tenantId: string
  readonly ipAddress: string | null
  readonly userAgent: string | null
  readonly country: string | null
  readonly result: string
  readonly metadata: string
}

interface Place {
  readonly ipAddress: string
  readonly userAgent: string
}

/** Seven of ten are sign-ins; the others are failed ones, work of an API key, and work for an organization. */
export function auditEntry(user: SeededUser, random: Random, place: Place): AuditEntry {
  const device = { name: `Laptop of ${user.name}`, os: 'Linux' }
  const common = { tenantId: user.tenantId, country: 'NL', result: 'success', ...place }
  const nobody = { actorId: null, actorEmail: null, resourceId: null, resourceType: null }
  const self = { actorId: user.id, actorEmail: user.email, actorType: 'user' }
  const kind = random.below(10)
  if (kind === 0) {
    const metadata = JSON.stringify({ email: user.email, reason: 'wrong_password', device })
    const type = 'user.sign_in_failed'
    return { ...common, ...nobody, type, actorType: 'user', result: 'failure', metadata }
  }
  if (kind === 1) {
    const metadata = JSON.stringify({ email: user.email, name: user.name, changed: ['name'] })
    const resource = { resourceId: user.id, resourceType: 'user' }
    const actor = { actorType: 'api_key', ipAddress: null, userAgent: null, country: null }
    return { ...common, ...nobody, ...resource, ...actor, type: 'user.updated', metadata }
  }
  const metadata = JSON.stringify({ method: 'password', device })
  if (kind === 2) {
    const resource = { resourceId: 'settings', resourceType: 'organization' }
    return { ...common, ...self, ...resource, type: 'org.updated', metadata }
  }
  const resource = { resourceId: null, resourceType: 'session' }
  return { ...common, ...self, ...resource, type: 'user.signed_in', metadata }
}

export function webhookData({ id, email, name }: SeededUser): string {
  return JSON.stringify({ user: { id, email, name, email_verified: true }, changed: ['name'] })
}
