/**
 * The tables of the built-in schema whose rows go with the user: they refer to `users`.
 *
 * @module
 */

export const userTables: string = `
CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  email TEXT,
  username TEXT,
  name TEXT,
  phone TEXT,
  avatar_url TEXT,
  email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
  phone_verified INTEGER NOT NULL DEFAULT 0 CHECK (phone_verified IN (0, 1)),
  role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled', 'banned')),
  mfa_enabled INTEGER NOT NULL DEFAULT 0 CHECK (mfa_enabled IN (0, 1)),
  public_metadata TEXT NOT NULL DEFAULT '{}',
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT,
  last_sign_in_at TEXT,
  disabled_at TEXT,
  disabled_until TEXT,
  disabled_reason TEXT,
  UNIQUE (tenant_id, email)
);

CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'expired', 'revoked')),
  refresh_token_hash TEXT UNIQUE,
  user_agent TEXT,
  ip_address TEXT,
  country TEXT,
  device_type TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  last_active_at TEXT,
  expires_at TEXT,
  revoked_at TEXT
);
CREATE INDEX sessions_user_id ON sessions (user_id);

CREATE TABLE mfa_factors (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('totp', 'sms', 'webauthn', 'backup_code')),
  secret TEXT,
  phone TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  last_used_at TEXT
);
CREATE INDEX mfa_factors_user_id ON mfa_factors (user_id);

CREATE TABLE oauth_connections (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  provider_user_id TEXT NOT NULL,
  email TEXT,
  access_token TEXT,
  refresh_token TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  UNIQUE (tenant_id, provider, provider_user_id)
);
CREATE INDEX oauth_connections_user_id ON oauth_connections (user_id);

CREATE TABLE organizations (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

CREATE TABLE organization_memberships (
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member')),
  joined_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_memberships_user_id ON organization_memberships (user_id);

CREATE TABLE role_assignments (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  organization_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX role_assignments_user_id ON role_assignments (user_id);
CREATE INDEX role_assignments_organization_id ON role_assignments (organization_id);

CREATE TABLE invitations (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  organization_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  invited_by TEXT REFERENCES users (id) ON DELETE RESTRICT,
  role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member')),
  token_hash TEXT UNIQUE,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  expires_at TEXT,
  accepted_at TEXT
);
CREATE INDEX invitations_email ON invitations (email, tenant_id);
CREATE INDEX invitations_invited_by ON invitations (invited_by);
CREATE INDEX invitations_organization_id ON invitations (organization_id);

CREATE TABLE password_history (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX password_history_user_id ON password_history (user_id);

CREATE TABLE password_reset_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  token_hash TEXT UNIQUE,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  expires_at TEXT,
  used_at TEXT
);
CREATE INDEX password_reset_tokens_user_id ON password_reset_tokens (user_id);

-- Sent ahead of the sign-up a token knows only the address.
CREATE TABLE email_verification_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  email TEXT,
  token_hash TEXT UNIQUE,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  expires_at TEXT,
  used_at TEXT,
  CHECK (user_id IS NOT NULL OR email IS NOT NULL)
);
CREATE INDEX email_verification_tokens_user_id ON email_verification_tokens (user_id);
CREATE INDEX email_verification_tokens_email ON email_verification_tokens (email, tenant_id);

CREATE TABLE recovery_codes (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  used_at TEXT
);
CREATE INDEX recovery_codes_user_id ON recovery_codes (user_id);

CREATE TABLE webauthn_credentials (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tenant_id TEXT NOT NULL,
  credential_id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  sign_count INTEGER NOT NULL DEFAULT 0 CHECK (sign_count >= 0),
  name TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  last_used_at TEXT
);
CREATE INDEX webauthn_credentials_user_id ON webauthn_credentials (user_id);

CREATE TABLE trusted_devices (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  tenant_id TEXT NOT NULL,
  token_hash TEXT UNIQUE,
  name TEXT,
  user_agent TEXT,
  ip_address TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  last_used_at TEXT,
  expires_at TEXT
);
CREATE INDEX trusted_devices_user_id ON trusted_devices (user_id);
`
