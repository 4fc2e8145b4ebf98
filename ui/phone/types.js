// The shapes that travel between server, store and screens. Nothing here runs;
// the checker reads it. Server side: internal/offline, internal/work/phone.

/**
 * What the app as a whole is in. Screens draw it and never ask the browser.
 * @typedef {object} State
 * @property {boolean} ready     the store is open
 * @property {boolean} signedIn  somebody has signed in on this phone
 * @property {boolean} locked    the 6-digit lock is closed
 * @property {boolean} expired   the server wants the password again; recording goes on
 * @property {boolean} gone72    the list was deleted after 72 hours without contact
 * @property {boolean} lost      marked lost at the office; wiped
 * @property {'unknown'|'ok'|'none'|'weak'} net  told by answers, not by the browser
 * @property {{i: number, n: number}|null} sending
 * @property {number} waiting    records not yet sent
 * @property {number} oldest     when the oldest of them was saved, ms; 0 when none
 * @property {number} held       records lying in 待核处
 * @property {number} delivered  when the last one was delivered, ms; 0 when none since the start
 * @property {number} listAt     when the list is from, ms; 0 when there is none
 * @property {boolean|null} kept storage is promised to stay; null when unknown
 * @property {number} used       bytes
 * @property {boolean} full      little room is left
 * @property {boolean} worker    a service worker looks after the shell
 * @property {'wechat-ios'|'wechat'|''} shell  a browser inside another program
 * @property {boolean} renewed   a new version waits
 * @property {boolean} hasLock
 * @property {number} tries    wrong digits so far; from five on only the password opens
 * @property {boolean} relock   the lock is off because its digits were forgotten, and nobody has said yet that it shall be so
 * @property {number} dropped   drafts that went with a loss or a forgotten lock
 * @property {boolean} fleeting  nothing outlives the page: the browser keeps no data here
 */

/**
 * One saved record on its way.
 * @typedef {object} Item
 * @property {string} id
 * @property {string} kind
 * @property {number} version
 * @property {number} seq
 * @property {number} saved      ms by the phone's clock
 * @property {'saved'|'sending'|'held'|'closed'} state
 * @property {string} title      one line for people
 * @property {any} body          null when the lock is closed or the copy is gone
 * @property {{key: string, args?: Record<string, any>, text: string, field?: string}[]} reasons
 * @property {{name: string, phone: string, office: string}|null} person
 * @property {any} theirs        for two edits of one text: what stands at the office
 * @property {string} [answer]   what the office said about a held one
 * @property {string} [held]     the held one's number at the office
 * @property {'mine'|'theirs'|'both'|'words'} [chosen]  what was chosen here about a held one, on its way
 */

/**
 * The reader himself. Record "me".
 * @typedef {object} Me
 * @property {string} cadre
 * @property {string} name
 * @property {string} post
 * @property {string} unit
 * @property {string} township   name
 * @property {string} lang
 * @property {string} today      2026-11-26 at the server when the picture was made
 * @property {{name: string, phone: string}} office
 * @property {string} complaints telephone for complaints, may be empty
 * @property {{id: string, name: string}[]} villages  places where he may stay
 * @property {string} village    id of his usual village, may be empty
 * @property {{id: string, name: string}[]} colleagues companions to choose from
 * @property {boolean[]} nights  seven: what the plan usually asks of a week, Monday first; empty when none
 */

/**
 * A home. Records "home:<id>".
 * @typedef {object} Home
 * @property {string} id
 * @property {string} head
 * @property {string} initials   pinyin initials, wgl
 * @property {string} pinyin     wangguilan
 * @property {string} village
 * @property {string} group
 * @property {string} address
 * @property {string} phone
 * @property {boolean} priority
 * @property {string[]} tags     message keys
 * @property {{id: string, name: string, relation: string, age: number, phone: string, initials: string}[]} members  relation is a word as it was written; age -1 when unknown
 * @property {'lead'|'joint'} role
 * @property {string} since
 * @property {{by: string, key: string, args: Record<string, any>}|null} due  by when a visit would be right, and why
 * @property {{done: number, want: number, seen: number}} year
 * @property {string} last       day of the last visit, may be empty
 * @property {{number: string, printed: string, state: string}|null} card
 */

/**
 * A visit. Records "visit:<id>": two years of own homes, and own visits.
 * @typedef {object} Visit
 * @property {string} id
 * @property {string} home
 * @property {string} day
 * @property {string} clock
 * @property {string} how
 * @property {string[]} topics
 * @property {string[]} [policies]    sent along so that a correction of the words keeps them
 * @property {string[]} [activities]
 * @property {string} weather
 * @property {boolean} need
 * @property {boolean} usual
 * @property {string} words
 * @property {string} by         name of the official whose visit it was
 * @property {boolean} mine
 * @property {boolean} late      补记
 * @property {boolean} proxy     代记
 * @property {number} version
 * @property {boolean} voided
 */

/**
 * A matter. Records "matter:<id>".
 * @typedef {object} Matter
 * @property {string} id
 * @property {string} home       may be empty
 * @property {string} title
 * @property {string} wish
 * @property {string} state      of rule/lifecycle; message key appeal.state.<state>
 * @property {string} outcome
 * @property {string} due
 * @property {boolean} provisional  the day was reckoned without a holiday notice
 * @property {boolean} mine      I answer for it
 * @property {boolean} raised    I reported it
 * @property {string} owner      name
 * @property {string} emphasis
 * @property {string} opened
 * @property {string} said       last words of the answer, may be empty
 * @property {string[]} moves    what I may do now
 * @property {number} version
 */

/** A thought in the diary. Records "thought:<id>".
 * @typedef {{id: string, day: string, visit: string, words: string}} Thought */

/** Nights in the village. Records "stay:<id>".
 * @typedef {{id: string, from: string, to: string, kind: string, village: string, state: string, days: number}} Stay */

/**
 * A figure of mine against a plan. Records "figure:<campaign>:<duty>".
 * @typedef {object} Figure
 * @property {string} campaign   short name
 * @property {string} duty       message key
 * @property {string} done       as written by the server
 * @property {string} due
 * @property {string} unit       message key
 * @property {string} [waits]    what waits for the village's word
 */

/** What lies in 待核处 of mine. Records "held:<id>".
 * @typedef {{id: string, operation: string, kind: string, at: number, state: 'open'|'done'|'dropped', reasons: {key: string, args?: Record<string, any>, text: string}[], person: {name: string, phone: string, office: string}|null, body: any, theirs: any, answer: string}} Held */

/** Topics and other lists the county can edit. Record "lists".
 * @typedef {{topics: {code: string, name: string}[], appealTopics: {code: string, name: string}[]}} Lists */

/**
 * What the store offers the screens. Everything that asks for readable data
 * rejects with "locked" while the lock is closed.
 * @typedef {object} Phone
 * @property {State} state
 * @property {(fn: (s: State) => void) => (() => void)} on  called at every change, once at once
 * @property {() => Me|null} me
 * @property {() => Lists} lists
 * @property {() => Home[]} homes
 * @property {(id: string) => Home|null} home
 * @property {(home?: string) => (Visit & {pending?: Item['state']})[]} visits  newest first, unsent ones among them
 * @property {(home?: string) => (Matter & {pending?: Item['state']})[]} matters by due day, unsent moves applied
 * @property {() => (Thought & {pending?: Item['state']})[]} thoughts
 * @property {() => Stay[]} stays
 * @property {() => Figure[]} figures
 * @property {(kind: string, body: any, title: string, draft?: string, photos?: string[]) => Promise<string>} save  seals and stores; resolves with the id when it cannot be lost any more: on the phone, or at the office where the phone keeps nothing (rejects with "unsent"); a draft named ends in the same step, and drafts of photographs ({jpeg}) become records behind it
 * @property {(id: string) => Promise<boolean>} undo  true when it had not been sent
 * @property {() => Promise<Item[]>} box     unsent and held, oldest first
 * @property {(id: string) => Promise<void>} forget  a held one that somebody dealt with is no longer shown
 * @property {() => Promise<string[]>} drafts  names of what was begun and not saved
 * @property {(key: string) => Promise<any>} draft  for the form that opens with it
 * @property {(key: string, value: any) => Promise<void>} keep  a draft, at each keystroke; null deletes
 * @property {() => Promise<void>} send      now
 * @property {() => Promise<Blob>} file      the unsent records, sealed, for the office
 * @property {(user: string, password: string) => Promise<{ok: true}|{ok: false, text: string}>} signIn
 * @property {(how: 'asked'|'forced') => Promise<{ok: boolean, waiting: number}>} signOut  'asked' refuses while something waits
 * @property {(pin: string) => Promise<boolean>} unlock
 * @property {(pin: string) => Promise<void>} setLock  "" takes it off
 * @property {() => void} lock
 * @property {() => Promise<void>} leaveOpen  no new lock after a forgotten one
 * @property {(name: string, value?: any) => any} pref  large type and the like; not personal
 * @property {() => void} renew  takes the new version
 */

export {};
