/**
 * Names that are looked for in collections, which promise no columns.
 *
 * @module
 */

const WORDS: readonly string[] = [
  ...['user id', 'user', 'owner id', 'owner', 'owner type', 'author id', 'author', 'created by'],
  ...['updated by', 'invited by', 'inviter id', 'sender id', 'receiver id', 'recipient id'],
  ...['actor id', 'actor type', 'member id', 'customer id', 'person id', 'assignee id'],
  ...['impersonated by', 'reference id', 'resource id', 'resource type', 'subject id', 'target id'],
  ...['entity id', 'email', 'actor email', 'email address', 'identifier', 'phone', 'phone number'],
  ...['user ids', 'users', 'member ids', 'members', 'owner ids', 'participants', 'tenant id'],
  ...['session id', 'organization id', 'team id'],
  ...['event id', 'created at', 'name', 'username', 'ip', 'ip address', 'user agent', 'metadata'],
  ...['data', 'payload', 'value', 'body', 'content', 'message', 'text', 'token'],
]

/** As databases spell them: `user_id` and `userId`. */
export const SAMPLED_NAMES: readonly string[] = [
  ...new Set(['_id', ...WORDS.flatMap((words) => [snake(words), camel(words)])]),
]

function snake(words: string): string {
  return words.replaceAll(' ', '_')
}

function camel(words: string): string {
  return words.replaceAll(/ (.)/g, (_, letter: string) => letter.toUpperCase())
}
