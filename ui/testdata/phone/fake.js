// An invented phone for tests of the screens: the store and the server are
// other people's work. The query says in which state it is; window.fake changes
// it while it runs.
import {start} from '/phone/views/main.js';

const q = new URLSearchParams(location.search);
const two = (n) => (n < 10 ? '0' : '') + n;
const day = (n) => new Date(Date.now() + 288e5 + n * 864e5).toISOString().slice(0, 10);

const state = {ready: true, signedIn: true, locked: false, expired: false, gone72: false, lost: false, net: 'ok', sending: null, waiting: 0, oldest: 0, held: 0, delivered: 0, listAt: Date.now() - 36e5, kept: true, used: 412000, full: false, worker: true, shell: '', renewed: false, hasLock: false};
const prefs = {welcomed: true, size: 1, lang: document.documentElement.lang};
const drafts = {};
let said = [];
let box = [];
let homes = [], visits = [], matters = [], thoughts = [], stays = [], figures = [], me = null;
let n = 0, pin = '';

function home(i, head, initials, pinyin, group, tags, due, done, last, extra) {
  return Object.assign({id: 'home' + i, head, initials, pinyin, village: '李家湾村', group, address: group + (10 + i) + '号', phone: '1380000' + two(i) + '78', priority: i === 1, tags: tags.map((k) => 'household.tag.' + k), role: 'lead', since: '2026-03-01',
    members: [{id: 'm' + i, name: head, relation: '户主', age: 71, phone: '1380000' + two(i) + '78', initials}], due: due === null ? null : {by: day(due), key: due < 0 ? 'quota.next.past' : due < 4 ? 'quota.next.now' : 'quota.next.by', args: {}}, year: {done, want: 6}, last: last === null ? '' : day(last), card: {number: '2026-00' + two(i), printed: '2026-03-09', state: 'valid'}}, extra || {});
}

function fill() {
  me = {cadre: 'cadre1', name: '李明', post: '一级科员', unit: '农业服务中心', township: '白河镇', lang: document.documentElement.lang, today: day(0), office: {name: '镇党政办', phone: '0912-5550101'}, complaints: '0912-5550199',
    villages: [{id: 'v1', name: '李家湾村'}, {id: 'v2', name: '石门村'}], village: 'v1', colleagues: ['陈建国', '周凯', '张敏', '罗玉芬', '何斌', '唐小红', '熊志强', '苏婷', '方磊', '欧阳春梅'].map((name, i) => ({id: 'c' + i, name})), nights: [true, true, false, true, false, false, false]};
  homes = [
    home(1, '王桂兰', 'wgl', 'wangguilan', '3组', ['living_alone'], -14, 4, -77, {members: [{id: 'm1', name: '王桂兰', relation: '户主', age: 76, phone: '13800000178', initials: 'wgl'}, {id: 'm1b', name: '王小宝', relation: '孙子', age: 9, phone: '', initials: 'wxb'}]}),
    home(2, '陈大有', 'cdy', 'chendayou', '5组', ['disabled'], 2, 5, -58),
    home(3, '罗小军', 'lxj', 'luoxiaojun', '5组', ['left_behind_student'], 5, 4, -52),
    home(4, '刘秀英', 'lxy', 'liuxiuying', '1组', [], 40, 6, -12), home(5, '赵长河', 'zch', 'zhaochanghe', '1组', ['low_income'], 33, 3, -20),
    home(6, '何开富', 'hkf', 'hekaifu', '3组', [], null, 2, -31), home(7, '蒋世平', 'jsp', 'jiangshiping', '2组', [], 60, 5, -8), home(8, '单玉珍', 'syz', 'shanyuzhen', '2组', ['very_old', 'allowance'], null, 6, null, {phone: ''})];
  if (q.has('long')) {
    homes[0] = home(1, '阿卜杜热合曼·买买提艾力', 'abdr', 'abudurehemanmaimaitiaili', '第一百二十八村民小组', ['left_behind_student', 'serious_illness', 'very_old'], -214, 11, -277, {address: '李家湾村第一百二十八村民小组老油坊背后第三条巷子最里面那一家靠近水井', year: {done: 11, want: 12}});
    me.name = '阿卜杜热合曼·买买提艾力'; me.unit = '经济发展和乡村振兴办公室（农业综合服务中心）'; me.villages[0].name = '新疆维吾尔族自治区移民安置李家湾村';
  }
  visits = [
    {id: 'vis1', home: 'home4', day: day(-12), clock: '15:20', how: 'home', topics: ['farming'], policies: [], activities: [], weather: 'sunny', need: false, usual: false, words: '果树剪枝快完了，今年想多种两亩花椒。', by: '李明', mine: true, late: false, proxy: false, version: 1, voided: false},
    {id: 'vis2', home: 'home1', day: day(-77), clock: '09:40', how: 'home', topics: ['health', 'subsidy'], policies: ['medical'], activities: [], weather: 'overcast', need: true, usual: false, words: '腿疼得厉害，想去镇卫生院看，没人送。儿子在外打工，过年才回来。', by: '李明', mine: true, late: true, proxy: false, version: 2, voided: false},
    {id: 'vis3', home: 'home1', day: day(-130), clock: '', how: 'phone', topics: [], weather: '', need: false, usual: true, words: '', by: '周凯', mine: false, late: false, proxy: false, version: 1, voided: false},
    ...[160, 190, 220, 250].map((d, i) => ({id: 'visx' + i, home: 'home1', day: day(-d), clock: '', how: i % 2 ? 'absent' : 'home', topics: i % 2 ? [] : ['income'], weather: '', need: false, usual: false, words: '', by: '李明', mine: true, late: false, proxy: false, version: 1, voided: false}))];
  matters = [
    {id: 'mat1', home: 'home2', title: '问清残疾补贴怎么办', wish: '去年就说要办，一直没下文。', state: 'handling', outcome: '', due: day(1), provisional: true, mine: true, raised: true, owner: '李明', emphasis: 'most_hoped', opened: day(-9), said: '', moves: ['answer', 'ask'], version: 3},
    {id: 'mat2', home: 'home1', title: '约村医周四上门', wish: '', state: 'handling', outcome: '', due: day(4), provisional: false, mine: true, raised: true, owner: '李明', emphasis: '', opened: day(-3), said: '', moves: ['answer', 'ask'], version: 1},
    {id: 'mat3', home: 'home3', title: '三组水渠堵了，下雨就漫到院子里', wish: '', state: 'registered', outcome: '', due: day(-2), provisional: false, mine: false, raised: true, owner: '镇水利站', emphasis: 'most_resented', opened: day(-15), said: '', moves: [], version: 1},
    {id: 'mat4', home: 'home1', title: '修屋檐', wish: '', state: 'closed', outcome: 'solved', due: day(-30), provisional: false, mine: true, raised: true, owner: '李明', emphasis: '', opened: day(-60), said: '村里出料，亲戚帮工，两天修好。', moves: [], version: 5}];
  thoughts = [{id: 'th1', day: day(-12), visit: 'vis1', words: '花椒苗可以找合作社统一买，便宜一些。'}, {id: 'th2', day: day(-20), visit: '', words: '村口的路灯坏了三盏，晚上老人不敢出门。'}];
  stays = [{id: 'st1', from: day(-22), to: day(-20), kind: 'stay', village: 'v1', state: 'confirmed', days: 3}, {id: 'st2', from: day(-30), to: day(-30), kind: 'research', village: 'v2', state: 'declared', days: 1}];
  figures = [{campaign: '2026年走访方案', duty: 'quota.duty.visits', done: '35', due: '44', unit: 'quota.unit.visit'}, {campaign: '2026年走访方案', duty: 'quota.duty.stay_days', done: '97', due: '108', unit: 'quota.unit.day'}];
}
function drop() { homes = []; visits = []; matters = []; thoughts = []; stays = []; figures = []; }

const later = () => Promise.resolve();
const shut = () => { if (state.locked) throw new Error('locked'); };
const phone = {
  state,
  on(fn) { said.push(fn); fn(state); return () => { said = said.filter((x) => x !== fn); }; },
  me: () => { shut(); return me; }, lists: () => ({topics: [], appealTopics: []}), homes: () => { shut(); return homes; }, home: (id) => { shut(); return homes.find((x) => x.id === id) || null; },
  visits: (id) => { shut(); return visits.filter((v) => !id || v.home === id); }, matters: (id) => { shut(); return matters.filter((m) => !id || m.home === id); }, thoughts: () => { shut(); return thoughts; }, stays: () => { shut(); return stays; }, figures: () => { shut(); return figures; },
  async save(kind, body, title, draft, photos) {
    shut();
    if (q.has('nospace')) throw new Error('quota');
    const id = 'op' + (++n);
    box = box.concat([{id, kind, version: 1, seq: n, saved: Date.now(), state: 'saved', title, body, reasons: [], person: null, theirs: null}]);
    if (kind === 'held.choose') box = box.map((x) => x.held === body.held ? Object.assign({}, x, {chosen: body.choice}) : x);
    for (const name of photos || []) box = [{id: 'op' + (++n), kind: 'visit.photo', version: 1, seq: n, saved: Date.now(), state: 'saved', title: '照片（' + title + '）', body: {visit: id, jpeg: JSON.parse(drafts[name]).jpeg}, reasons: [], person: null, theirs: null}, ...box];
    if (draft) delete drafts[draft];
    if (kind === 'visit.record') visits = [{id, home: body.household, day: (body.at || '').slice(0, 10), clock: (body.at || '').slice(11), how: body.how, topics: body.topics || [], weather: body.weather || '', need: Boolean(body.promises), usual: Boolean(body.usual), words: body.words || '', by: me.name, mine: true, late: false, proxy: false, version: 1, voided: false, pending: 'saved'}, ...visits];
    if (kind === 'matter.move' && body.move === 'answer') matters = matters.map((m) => m.id === body.appeal ? Object.assign({}, m, {state: 'answered', outcome: body.outcome, said: body.words, pending: 'saved', moves: []}) : m);
    if (kind === 'thought.write') thoughts = [{id, day: body.day, visit: body.visit, words: body.words, pending: 'saved'}, ...thoughts];
    window.fake.set({waiting: state.waiting + 1, oldest: state.oldest || Date.now()});
    return id;
  },
  async undo(id) {
    const it = box.find((x) => x.id === id);
    if (!it || it.state !== 'saved') return false;
    box = box.filter((x) => x.id !== id);
    visits = visits.filter((v) => v.id !== id);
    thoughts = thoughts.filter((v) => v.id !== id);
    if (it.kind === 'matter.move') matters = matters.map((m) => m.id === it.body.appeal ? Object.assign({}, m, {state: 'handling', outcome: '', said: '', pending: undefined, moves: ['answer', 'ask']}) : m);
    window.fake.set({waiting: state.waiting - 1});
    return true;
  },
  box: async () => box, async forget(id) { box = box.filter((x) => x.id !== id); window.fake.set({}); },
  drafts: async () => Object.keys(drafts), async draft(key) { shut(); return drafts[key] ? JSON.parse(drafts[key]) : null; },
  async keep(key, value) { if (value === null) delete drafts[key]; else drafts[key] = JSON.stringify(value); window.fake.kept++; },
  async send() { window.fake.sent++; }, file: async () => new Blob(['sealed']),
  async signIn(user, password) { if (password !== 'right') return {ok: false, text: '用户名或密码不对，或者试得太勤。'}; fill(); window.fake.set({signedIn: true, expired: false, locked: false}); return {ok: true}; },
  async signOut(how) { window.fake.out = how; drop(); me = null; window.fake.set({signedIn: false, waiting: 0, held: 0}); return {ok: true, waiting: 0}; },
  async unlock(p) { if (p !== pin) return false; window.fake.set({locked: false}); return true; },
  async setLock(p) { pin = p; window.fake.set({hasLock: Boolean(p)}); }, lock() { window.fake.set({locked: true}); }, async leaveOpen() { window.fake.set({relock: false}); },
  pref(name, value) { if (value !== undefined) prefs[name] = value; return prefs[name]; },
  renew() { window.fake.renewed = true; },
};

window.fake = {kept: 0, sent: 0, phone, last: () => box[box.length - 1],
  set(patch) { Object.assign(state, patch); for (const fn of said) fn(state); },
  deliver() { box = []; visits = visits.map((v) => Object.assign({}, v, {pending: undefined})); window.fake.set({waiting: 0, oldest: 0, sending: null, net: 'ok', delivered: Date.parse(day(0) + 'T10:42:00+08:00')}); },
  offer(items) { box = items; window.fake.set({waiting: items.filter((i) => i.state !== 'held' && i.state !== 'closed').length, held: items.filter((i) => i.state === 'held').length}); }};

const item = (id, kind, title, st, body, extra) => Object.assign({id, kind, version: 1, seq: 1, saved: Date.now() - 54e5, state: st, title, body, reasons: [], person: null, theirs: null}, extra || {});
window.fake.items = {
  saved: [item('a', 'visit.record', '王桂兰家，入户走访', 'saved', {household: 'home1', at: day(0) + 'T09:10', how: 'home', topics: ['health'], words: '腿疼好些了。'}), item('b', 'thought.write', '想法和建议，11月26日', 'saved', {day: day(0), words: '村口的路灯该修了。'})],
  held: [item('c', 'visit.record', '何开富家，入户走访', 'held', {household: 'home6', at: day(-1) + 'T16:00', how: 'home', words: '说今年的核桃卖得好。'}, {reasons: [{key: 'x', text: '这户已换联系人'}], person: {name: '张敏', phone: '0912-5550101', office: '镇党政办'}})],
  both: [item('d', 'visit.amend', '更正走访，刘秀英家', 'held', {visit: 'vis1', version: 1, words: '果树剪枝快完了，明年想多种三亩花椒。'}, {reasons: [{key: 'visit.changed_meanwhile', text: '这条记录刚被更正过'}], person: {name: '张敏', phone: '0912-5550101', office: '镇党政办'}, held: 'held-d', theirs: {words: '果树剪枝快完了，今年想多种两亩花椒，苗由合作社供。', version: 2}})],
  wordless: [item('f', 'matter.move', '问清残疾补贴怎么办，办好了', 'held', {appeal: 'mat1', move: 'answer', outcome: 'solved'}, {held: 'held-f', reasons: [{key: 'x', text: '请说说办成了什么', field: 'words'}], person: {name: '张敏', phone: '0912-5550101', office: '镇党政办'}})],
  closed: [item('e', 'visit.record', '何开富家，入户走访', 'closed', {household: 'home6', at: day(-3) + 'T16:00', how: 'home', words: '说今年的核桃卖得好。'}, {reasons: [{key: 'x', text: '这户已换联系人'}], answer: '已经记到张华名下，不用再送。'})],
};

fill();
if (q.has('empty')) { drop(); figures = []; }
if (q.has('new')) { drop(); me = null; state.signedIn = false; prefs.welcomed = undefined; state.listAt = 0; }
if (q.has('loading')) { drop(); state.listAt = 0; }
if (q.has('gone72')) { drop(); state.gone72 = true; state.listAt = 0; }
if (q.has('first')) prefs.welcomed = undefined;
if (q.has('size')) prefs.size = Number(q.get('size'));
if (q.has('lock')) { pin = '246802'; state.hasLock = true; state.locked = true; }
for (const k of ['net', 'shell']) if (q.has(k)) state[k] = q.get(k);
for (const k of ['expired', 'lost', 'full', 'renewed']) if (q.has(k)) state[k] = true;
if (q.has('old')) state.oldest = Date.now() - 5 * 864e5;
if (q.has('unkept')) { state.kept = false; state.worker = false; }
if (q.has('box')) for (const k of q.get('box').split(',')) box = box.concat(window.fake.items[k]);
state.waiting = box.filter((i) => i.state === 'saved' || i.state === 'sending').length;
state.held = box.filter((i) => i.state === 'held').length;
if (q.has('sending')) state.sending = {i: 1, n: 2};

start(phone, document.getElementById('app'));
