// SPDX-License-Identifier: GPL-2.0
/*
 * Executes the scenario language on the running kernel's auxiliary bus.
 *
 * Each line written to <debugfs>/auxscenario/command is one command, done in the
 * context of the writer. What it answers, and whatever the bus calls meanwhile,
 * goes to the kernel's log, a line each, behind "AUX: ": so it is in one order
 * with what the kernel itself says.
 */
#define pr_fmt(fmt) "AUX: " fmt

#include <linux/auxiliary_bus.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pm_runtime.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/wait.h>

/* auxiliary_device_create() and the irqs folder are younger than 6.1. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define HAS_CREATE 1
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define HAS_IRQS 1
#endif

#define MAX_WORDS 40
#define MAX_LINE 1024
#define MAX_IDS 16
#define MAX_PROBES 16
#define NAME_LEN 64

/*
 * While a scenario is being cleaned up, nothing is told to anybody; the lines
 * are there all the same, so that one sees when nothing goes on any more.
 */
static bool silent;

#define say(fmt, ...)									\
	do {										\
		if (READ_ONCE(silent))							\
			printk(KERN_INFO "AUXSILENT: " fmt "\n", ##__VA_ARGS__);	\
		else									\
			pr_info(fmt "\n", ##__VA_ARGS__);				\
	} while (0)

struct scenario_parent {
	struct list_head list;
	struct rcu_head rcu;
	char name[NAME_LEN];
	struct device *dev;
};

struct scenario_device {
	struct list_head list;
	char name[NAME_LEN];
	char devname[NAME_LEN];
	char parent[NAME_LEN];
	bool has_devname;
	bool has_parent;
	u32 id;
	/* The bus has it: between init and release. */
	bool live;
	bool first_reference;
	bool added;
	/* Made by create, which has a release of its own. */
	struct auxiliary_device *created;
	struct auxiliary_device adev;
};

struct scenario_driver {
	struct list_head list;
	char name[NAME_LEN];
	char modname[NAME_LEN];
	char drvname[NAME_LEN];
	char attribute[NAME_LEN];
	struct auxiliary_driver drv;
	struct auxiliary_device_id ids[MAX_IDS + 1];
	struct device_attribute attr;
	struct attribute *attrs[2];
	struct attribute_group group;
	const struct attribute_group *groups[2];
	int probe_results[MAX_PROBES];
	int probe_count;
	atomic_t probes;
	int suspend_result;
	int runtime_suspend_result;
	int devm;
	bool block;
	wait_queue_head_t unblocked;
	bool registered;
};

static LIST_HEAD(parents);
static LIST_HEAD(devices);
static LIST_HEAD(drivers);
/* Holds the lists together; never held while the bus is called. */
static DEFINE_MUTEX(lists);
static const struct bus_type *auxiliary_bus;

/* Errors by name. */

static const struct {
	int number;
	const char *name;
} errors[] = {
#define E(n) { n, #n }
	E(EPERM), E(ENOENT), E(EINTR), E(EIO), E(ENXIO), E(E2BIG), E(EBADF), E(EAGAIN),
	E(ENOMEM), E(EACCES), E(EFAULT), E(EBUSY), E(EEXIST), E(EXDEV), E(ENODEV),
	E(ENOTDIR), E(EISDIR), E(EINVAL), E(ENFILE), E(EMFILE), E(EFBIG), E(ENOSPC),
	E(EROFS), E(EPIPE), E(ERANGE), E(EDEADLK), E(ENAMETOOLONG), E(ENOSYS), E(ENOTEMPTY),
	E(ELOOP), E(ENODATA), E(ETIME), E(EPROTO), E(EOVERFLOW), E(EOPNOTSUPP), E(EALREADY),
	E(EINPROGRESS), E(ETIMEDOUT), E(ECANCELED), E(EPROBE_DEFER), E(EPROTONOSUPPORT),
#undef E
};

/* The number behind "ENODEV", negative; 0 for "0"; 1 for what is neither. */
static int error_number(const char *name)
{
	int i;

	if (!strcmp(name, "0"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (!strcmp(errors[i].name, name))
			return -errors[i].number;
	return 1;
}

struct answer {
	char text[32];
};

static struct answer answer_of(int result)
{
	struct answer answer;
	int i;

	snprintf(answer.text, sizeof(answer.text), "%d", result);
	for (i = 0; result < 0 && i < ARRAY_SIZE(errors); i++)
		if (errors[i].number == -result)
			snprintf(answer.text, sizeof(answer.text), "-%s", errors[i].name);
	return answer;
}

/* Words of a command. */

struct command {
	char text[MAX_LINE];
	char *words[MAX_WORDS];
	int count;
	/* The command and its arguments, without the options. */
	char label[MAX_LINE];
};

static bool option(struct command *c, const char *key, char **value)
{
	size_t len = strlen(key);
	int i;

	for (i = 1; i < c->count; i++) {
		if (!strncmp(c->words[i], key, len) && c->words[i][len] == '=') {
			*value = c->words[i] + len + 1;
			return true;
		}
	}
	return false;
}

static bool flag(struct command *c, const char *name)
{
	int i;

	for (i = 1; i < c->count; i++)
		if (!strcmp(c->words[i], name))
			return true;
	return false;
}

static const char *word(struct command *c, int index)
{
	return index < c->count ? c->words[index] : "";
}

static void done(struct command *c)
{
	say("%s", c->label);
}

static void answered(struct command *c, int result)
{
	say("%s -> %s", c->label, answer_of(result).text);
}

/* What scenarios have declared. */

#define find_in(head, type, wanted)                                   \
	({                                                            \
		type *each, *found = NULL;                            \
		mutex_lock(&lists);                                   \
		list_for_each_entry(each, head, list)                 \
			if (!strcmp(each->name, wanted)) {            \
				found = each;                         \
				break;                                \
			}                                             \
		mutex_unlock(&lists);                                 \
		found;                                                \
	})

static struct scenario_parent *find_parent(const char *name)
{
	return find_in(&parents, struct scenario_parent, name);
}

static struct scenario_device *find_device(const char *name)
{
	return find_in(&devices, struct scenario_device, name);
}

static struct scenario_driver *find_driver(const char *name)
{
	return find_in(&drivers, struct scenario_driver, name);
}

static struct auxiliary_device *adev_of(struct scenario_device *d)
{
	return d->created ? d->created : &d->adev;
}

/* Callbacks of drivers. */

static struct scenario_driver *driver_of(struct device *dev)
{
	return container_of(dev->driver, struct scenario_driver, drv.driver);
}

static void managed_action(void *number)
{
	say("devres %d", (int)(unsigned long)number);
}

static int scenario_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	struct scenario_driver *r = driver_of(&adev->dev);
	const char *name = dev_name(&adev->dev);
	int nth = atomic_inc_return(&r->probes) - 1;
	int result = r->probe_results[min(nth, r->probe_count - 1)];
	int i;

	say("probe %s %s id=%s data=%lu", r->name, name, id ? id->name : "none",
	    id ? (unsigned long)id->driver_data : 0);
	wait_event(r->unblocked, !READ_ONCE(r->block));
	dev_set_drvdata(&adev->dev, r);
	for (i = 1; i <= r->devm; i++)
		if (devm_add_action(&adev->dev, managed_action, (void *)(unsigned long)i))
			return -ENOMEM;
	say("probed %s %s -> %s", r->name, name, answer_of(result).text);
	return result;
}

static void scenario_remove(struct auxiliary_device *adev)
{
	say("remove %s %s drvdata=%s", driver_of(&adev->dev)->name, dev_name(&adev->dev),
	    dev_get_drvdata(&adev->dev) ? "set" : "null");
}

static void scenario_shutdown(struct auxiliary_device *adev)
{
	say("shutdown %s %s", driver_of(&adev->dev)->name, dev_name(&adev->dev));
}

static int says(struct device *dev, const char *what, int result)
{
	say("%s %s %s -> %s", what, driver_of(dev)->name, dev_name(dev), answer_of(result).text);
	return result;
}

static int scenario_pm_suspend(struct device *dev)
{
	return says(dev, "pm_suspend", driver_of(dev)->suspend_result);
}

static int scenario_pm_resume(struct device *dev)
{
	return says(dev, "pm_resume", 0);
}

static int scenario_runtime_suspend(struct device *dev)
{
	return says(dev, "pm_runtime_suspend", driver_of(dev)->runtime_suspend_result);
}

static int scenario_runtime_resume(struct device *dev)
{
	return says(dev, "pm_runtime_resume", 0);
}

static const struct dev_pm_ops scenario_pm = {
	.suspend = scenario_pm_suspend,
	.resume = scenario_pm_resume,
	.runtime_suspend = scenario_runtime_suspend,
	.runtime_resume = scenario_runtime_resume,
};

static int scenario_suspend(struct auxiliary_device *adev, pm_message_t state)
{
	return says(&adev->dev, "suspend", driver_of(&adev->dev)->suspend_result);
}

static int scenario_resume(struct auxiliary_device *adev)
{
	return says(&adev->dev, "resume", 0);
}

static ssize_t attribute_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", attr->attr.name);
}

/* Root devices. */

static int do_parent(struct command *c)
{
	struct scenario_parent *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	strscpy(p->name, word(c, 1), sizeof(p->name));
	mutex_lock(&lists);
	list_add_tail_rcu(&p->list, &parents);
	mutex_unlock(&lists);
	p->dev = __root_device_register(p->name, THIS_MODULE);
	answered(c, PTR_ERR_OR_ZERO(p->dev));
	if (IS_ERR(p->dev))
		p->dev = NULL;
	return 0;
}

static void drop_parent(struct scenario_parent *p)
{
	if (p->dev)
		root_device_unregister(p->dev);
	mutex_lock(&lists);
	list_del_rcu(&p->list);
	mutex_unlock(&lists);
	kfree_rcu(p, rcu);
}

static int do_unparent(struct command *c)
{
	struct scenario_parent *p = find_parent(word(c, 1));

	if (!p)
		return -EINVAL;
	drop_parent(p);
	answered(c, 0);
	return 0;
}

/* Devices. */

static void scenario_release(struct device *dev)
{
	struct scenario_device *d = container_of(dev, struct scenario_device, adev.dev);

	say("release %s", d->name);
	/* From here on it may be given back. */
	smp_store_release(&d->live, false);
	module_put(THIS_MODULE);
}

static int do_device(struct command *c)
{
	struct scenario_device *d = kzalloc(sizeof(*d), GFP_KERNEL);
	char *value;

	if (!d)
		return -ENOMEM;
	strscpy(d->name, word(c, 1), sizeof(d->name));
	d->has_devname = option(c, "name", &value);
	if (d->has_devname)
		strscpy(d->devname, value, sizeof(d->devname));
	d->has_parent = option(c, "parent", &value);
	if (d->has_parent)
		strscpy(d->parent, value, sizeof(d->parent));
	if (option(c, "id", &value)) {
		long long id;

		if (kstrtoll(value, 10, &id))
			return -EINVAL;
		d->id = (u32)id;
	}
	mutex_lock(&lists);
	list_add_tail(&d->list, &devices);
	mutex_unlock(&lists);
	return 0;
}

static struct device *parent_of(struct scenario_device *d)
{
	struct scenario_parent *p;
	struct scenario_device *above;

	if (!d->has_parent)
		return NULL;
	p = find_parent(d->parent);
	if (p)
		return p->dev;
	above = find_device(d->parent);
	return above ? &adev_of(above)->dev : NULL;
}

static int do_init(struct command *c, struct scenario_device *d)
{
	int result;

	if (d->live) {
		answered(c, -EBUSY);
		return 0;
	}
	memset(&d->adev, 0, sizeof(d->adev));
	d->adev.name = d->has_devname ? d->devname : NULL;
	d->adev.id = d->id;
	d->adev.dev.parent = parent_of(d);
	d->adev.dev.release = scenario_release;
	result = auxiliary_device_init(&d->adev);
	d->created = NULL;
	d->added = false;
	d->live = d->first_reference = !result;
	/* The module stays while there is a device whose release is in it. */
	if (!result)
		__module_get(THIS_MODULE);
	answered(c, result);
	return 0;
}

static int do_add(struct command *c, struct scenario_device *d)
{
	char *modname = NULL;
	int result;

	option(c, "modname", &modname);
	result = __auxiliary_device_add(&d->adev, modname);
	if (!result)
		d->added = true;
	answered(c, result);
	return 0;
}

static void delete_device(struct scenario_device *d)
{
	d->added = false;
	auxiliary_device_delete(adev_of(d));
}

static void uninit_device(struct scenario_device *d)
{
	d->first_reference = false;
	auxiliary_device_uninit(&d->adev);
}

static int do_create(struct command *c, struct scenario_device *d)
{
#ifdef HAS_CREATE
	char *modname = NULL;
	struct auxiliary_device *adev;

	option(c, "modname", &modname);
	adev = auxiliary_device_create(parent_of(d), modname, d->devname, NULL, d->id);
	if (adev) {
		d->created = adev;
		d->added = true;
	}
	say("%s -> %s", c->label, adev ? "ok" : "none");
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

static void destroy_device(struct scenario_device *d)
{
#ifdef HAS_CREATE
	struct auxiliary_device *adev = d->created;

	d->added = false;
	auxiliary_device_destroy(adev);
	d->created = NULL;
#endif
}

static int do_irq(struct command *c, struct scenario_device *d)
{
#ifdef HAS_IRQS
	int irq, result = 0;

	if (kstrtoint(word(c, 3), 10, &irq))
		return -EINVAL;
	if (!strcmp(word(c, 1), "add"))
		result = auxiliary_device_sysfs_irq_add(adev_of(d), irq);
	else
		auxiliary_device_sysfs_irq_remove(adev_of(d), irq);
	answered(c, result);
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

static int do_rpm(struct command *c, struct scenario_device *d)
{
	struct device *dev = &adev_of(d)->dev;
	const char *call = word(c, 1);
	int result = 0;

	if (!strcmp(call, "enable"))
		pm_runtime_enable(dev);
	else if (!strcmp(call, "disable"))
		pm_runtime_disable(dev);
	else if (!strcmp(call, "get"))
		result = pm_runtime_get_sync(dev);
	else if (!strcmp(call, "put"))
		result = pm_runtime_put_sync(dev);
	else if (!strcmp(call, "suspend"))
		result = pm_runtime_suspend(dev);
	else if (!strcmp(call, "resume"))
		result = pm_runtime_resume(dev);
	else if (!strcmp(call, "forbid"))
		pm_runtime_forbid(dev);
	else if (!strcmp(call, "allow"))
		pm_runtime_allow(dev);
	else
		return -EINVAL;
	answered(c, result);
	return 0;
}

static int do_show(struct command *c, struct scenario_device *d)
{
	struct device *dev = &adev_of(d)->dev;

	device_lock(dev);
	say("%s driver=%s", c->label, dev->driver ? dev->driver->name : "none");
	device_unlock(dev);
	return 0;
}

/* Of a link: the words behind the consumer and the supplier; -EINVAL for an unknown one. */
static int link_flags(struct command *c)
{
	bool stateless = flag(c, "stateless"), supplier = flag(c, "supplier");
	int flags, i;

	for (i = 3; i < c->count; i++)
		if (strcmp(c->words[i], "pm") && strcmp(c->words[i], "stateless") && strcmp(c->words[i], "supplier"))
			return -EINVAL;
	if (stateless && supplier)
		return -EINVAL;
	if (stateless)
		flags = DL_FLAG_STATELESS;
	else
		flags = supplier ? DL_FLAG_AUTOREMOVE_SUPPLIER : DL_FLAG_AUTOREMOVE_CONSUMER;
	return flag(c, "pm") ? flags | DL_FLAG_PM_RUNTIME : flags;
}

static int do_devlink(struct command *c)
{
	struct scenario_device *consumer = find_device(word(c, 1));
	struct scenario_device *supplier = find_device(word(c, 2));
	struct device_link *link;
	int flags = link_flags(c);

	if (!consumer || !supplier || flags < 0)
		return -EINVAL;
	link = device_link_add(&adev_of(consumer)->dev, &adev_of(supplier)->dev, flags);
	/* Its kind is an option. */
	say("devlink %s %s -> %s", consumer->name, supplier->name, link ? "ok" : "none");
	return 0;
}

/* Only for stateless links; the kernel keeps the others itself. */
static int do_undevlink(struct command *c)
{
	struct scenario_device *consumer = find_device(word(c, 1));
	struct scenario_device *supplier = find_device(word(c, 2));

	if (!consumer || !supplier)
		return -EINVAL;
	device_link_remove(&adev_of(consumer)->dev, &adev_of(supplier)->dev);
	done(c);
	return 0;
}

/* Drivers. */

static int read_ids(struct scenario_driver *r, char *list)
{
	char *entry;
	int n = 0;

	while ((entry = strsep(&list, ",")) != NULL) {
		char *data = strrchr(entry, ':');
		unsigned long number = 0;

		if (n == MAX_IDS)
			return -EINVAL;
		if (data) {
			*data++ = 0;
			if (kstrtoul(data, 10, &number))
				return -EINVAL;
		}
		strscpy(r->ids[n].name, entry, sizeof(r->ids[n].name));
		r->ids[n++].driver_data = number;
	}
	return 0;
}

static int do_driver(struct command *c)
{
	struct scenario_driver *r = kzalloc(sizeof(*r), GFP_KERNEL);
	char *value, *entry;
	int result = 0;

	if (!r)
		return -ENOMEM;
	strscpy(r->name, word(c, 1), sizeof(r->name));
	init_waitqueue_head(&r->unblocked);
	if (option(c, "modname", &value))
		strscpy(r->modname, value, sizeof(r->modname));
	if (option(c, "name", &value)) {
		strscpy(r->drvname, value, sizeof(r->drvname));
		r->drv.name = r->drvname;
	}
	if (option(c, "ids", &value))
		result = read_ids(r, value);
	r->drv.id_table = flag(c, "noids") ? NULL : r->ids;
	r->probe_count = 1;
	if (option(c, "probe", &value)) {
		r->probe_count = 0;
		while ((entry = strsep(&value, ",")) != NULL && r->probe_count < MAX_PROBES) {
			int number = error_number(entry);

			if (number > 0)
				result = -EINVAL;
			r->probe_results[r->probe_count++] = number;
		}
	}
	if (option(c, "suspendret", &value))
		r->suspend_result = error_number(value);
	if (option(c, "rpmret", &value))
		r->runtime_suspend_result = error_number(value);
	if (option(c, "devm", &value) && kstrtoint(value, 10, &r->devm))
		result = -EINVAL;
	if (option(c, "attr", &value)) {
		strscpy(r->attribute, value, sizeof(r->attribute));
		sysfs_attr_init(&r->attr.attr);
		r->attr.attr.name = r->attribute;
		r->attr.attr.mode = 0444;
		r->attr.show = attribute_show;
		r->attrs[0] = &r->attr.attr;
		r->group.attrs = r->attrs;
		r->groups[0] = &r->group;
		r->drv.driver.dev_groups = r->groups;
	}
	r->drv.probe = flag(c, "noprobe") ? NULL : scenario_probe;
	r->drv.remove = flag(c, "noremove") ? NULL : scenario_remove;
	r->drv.shutdown = flag(c, "shutdown") ? scenario_shutdown : NULL;
	r->drv.driver.pm = flag(c, "pm") ? &scenario_pm : NULL;
	if (flag(c, "legacypm")) {
		r->drv.suspend = scenario_suspend;
		r->drv.resume = scenario_resume;
	}
	r->drv.driver.suppress_bind_attrs = flag(c, "suppress");
	if (flag(c, "async"))
		r->drv.driver.probe_type = PROBE_PREFER_ASYNCHRONOUS;
	r->block = flag(c, "block");
	mutex_lock(&lists);
	list_add_tail(&r->list, &drivers);
	mutex_unlock(&lists);
	return result;
}

static int do_register(struct command *c, struct scenario_driver *r)
{
	int result = __auxiliary_driver_register(&r->drv, THIS_MODULE, r->modname);

	if (!result)
		r->registered = true;
	answered(c, result);
	return 0;
}

static void unregister_driver(struct scenario_driver *r)
{
	auxiliary_driver_unregister(&r->drv);
	r->registered = false;
}

static void unblock_driver(struct scenario_driver *r)
{
	WRITE_ONCE(r->block, false);
	wake_up_all(&r->unblocked);
}

/* The bus. */

static int is_called(struct device *dev, const void *name)
{
	return sysfs_streq(dev_name(dev), name);
}

static int do_find(struct command *c)
{
	struct device *dev = bus_find_device((struct bus_type *)auxiliary_bus, NULL, word(c, 1), is_called);

	say("%s -> %s", c->label, dev ? dev_name(dev) : "none");
	put_device(dev);
	return 0;
}

static int visit(struct device *dev, void *data)
{
	say("visit %s", dev_name(dev));
	return 0;
}

static int do_walk(struct command *c)
{
	struct scenario_device *after = NULL;

	if (strcmp(word(c, 1), "-")) {
		after = find_device(word(c, 1));
		if (!after)
			return -EINVAL;
	}
	bus_for_each_dev((struct bus_type *)auxiliary_bus, after ? &adev_of(after)->dev : NULL, NULL, visit);
	done(c);
	return 0;
}

/* Uevents: also those that nobody is told, as of devices on no bus. */

static bool is_ours(const char *path)
{
	struct scenario_parent *p;
	bool ours = false;
	size_t len;

	if (!*path || strstr(path, "/bus/auxiliary/") || strstr(path, "/devlink/auxiliary:"))
		return true;
	if (strncmp(path, "/devices/", 9))
		/* What has lost its parent is nowhere. */
		return strncmp(path, "/module/", 8) && strncmp(path, "/kernel/", 8) && strncmp(path, "/class/", 7) &&
		       strncmp(path, "/bus/", 5) && strncmp(path, "/fs/", 4);
	path += 9;
	rcu_read_lock();
	list_for_each_entry_rcu(p, &parents, list) {
		len = strlen(p->name);
		ours = !strncmp(path, p->name, len) && (path[len] == '/' || !path[len]);
		if (ours)
			break;
	}
	rcu_read_unlock();
	return ours;
}

static int on_uevent(struct kprobe *probe, struct pt_regs *regs)
{
	static const char *const actions[] = {
		[KOBJ_ADD] = "add",	  [KOBJ_REMOVE] = "remove", [KOBJ_CHANGE] = "change",
		[KOBJ_MOVE] = "move",	  [KOBJ_ONLINE] = "online", [KOBJ_OFFLINE] = "offline",
		[KOBJ_BIND] = "bind",	  [KOBJ_UNBIND] = "unbind",
	};
	struct kobject *kobj = (struct kobject *)regs_get_kernel_argument(regs, 0);
	unsigned long action = regs_get_kernel_argument(regs, 1);
	char *path;

	if (action >= ARRAY_SIZE(actions))
		return 0;
	path = kobject_get_path(kobj, GFP_ATOMIC);
	if (is_ours(path ? path : ""))
		say("uevent %s %s", actions[action], path ? path : "");
	kfree(path);
	return 0;
}

static struct kprobe uevent_probe = {
	.symbol_name = "kobject_uevent_env",
	.pre_handler = on_uevent,
};

/* The end of a scenario: all that is left goes, and nothing of it is told. */

static int do_silence(void)
{
	struct scenario_driver *r;

	WRITE_ONCE(silent, true);
	list_for_each_entry(r, &drivers, list)
		unblock_driver(r);
	return 0;
}

/* When no command is running any more. */
static int do_cleanup(void)
{
	struct scenario_driver *r;
	struct scenario_device *d, *next_device;
	struct scenario_parent *p, *next_parent;

	/* Nor any probe. */
	wait_for_device_probe();
	list_for_each_entry_safe_reverse(d, next_device, &devices, list) {
		if (d->created) {
			destroy_device(d);
			continue;
		}
		if (d->live && d->added)
			delete_device(d);
		if (d->live && d->first_reference)
			uninit_device(d);
	}
	list_for_each_entry(r, &drivers, list)
		if (r->registered)
			unregister_driver(r);
	list_for_each_entry_safe(p, next_parent, &parents, list)
		drop_parent(p);
	return 0;
}

/* What is still held stays where it is; the rest is given back. */
static int do_leaks(void)
{
	struct scenario_driver *r, *next_driver;
	struct scenario_device *d, *next_device;

	WRITE_ONCE(silent, false);
	list_for_each_entry_safe(d, next_device, &devices, list) {
		list_del(&d->list);
		if (smp_load_acquire(&d->live))
			say("leak %s", d->name);
		else
			kfree(d);
	}
	list_for_each_entry_safe(r, next_driver, &drivers, list) {
		list_del(&r->list);
		kfree(r);
	}
	return 0;
}

static int do_log(struct command *c)
{
	say("%s", c->text);
	return 0;
}

static int on_device(struct command *c, struct scenario_device *d)
{
	const char *kind = c->words[0];

	if (!strcmp(kind, "init"))
		return do_init(c, d);
	if (!strcmp(kind, "create"))
		return do_create(c, d);
	if (!strcmp(kind, "add"))
		return do_add(c, d);
	if (!strcmp(kind, "show"))
		return do_show(c, d);
	if (!strcmp(kind, "delete"))
		delete_device(d);
	else if (!strcmp(kind, "uninit"))
		uninit_device(d);
	else if (!strcmp(kind, "destroy"))
		destroy_device(d);
	else if (!strcmp(kind, "get"))
		get_device(&adev_of(d)->dev);
	else if (!strcmp(kind, "put"))
		put_device(&adev_of(d)->dev);
	else
		return -EINVAL;
	done(c);
	return 0;
}

static int execute(struct command *c)
{
	const char *kind = c->words[0];
	struct scenario_device *d;
	struct scenario_driver *r;

	if (!strcmp(kind, "parent"))
		return do_parent(c);
	if (!strcmp(kind, "unparent"))
		return do_unparent(c);
	if (!strcmp(kind, "device"))
		return do_device(c);
	if (!strcmp(kind, "driver"))
		return do_driver(c);
	if (!strcmp(kind, "devlink"))
		return do_devlink(c);
	if (!strcmp(kind, "undevlink"))
		return do_undevlink(c);
	if (!strcmp(kind, "find"))
		return do_find(c);
	if (!strcmp(kind, "walk"))
		return do_walk(c);
	if (!strcmp(kind, "silence"))
		return do_silence();
	if (!strcmp(kind, "cleanup"))
		return do_cleanup();
	if (!strcmp(kind, "leaks"))
		return do_leaks();
	if (!strcmp(kind, "register") || !strcmp(kind, "unregister") || !strcmp(kind, "unblock")) {
		r = find_driver(word(c, 1));
		if (!r)
			return -EINVAL;
		if (!strcmp(kind, "register"))
			return do_register(c, r);
		if (!strcmp(kind, "unregister"))
			unregister_driver(r);
		else
			unblock_driver(r);
		done(c);
		return 0;
	}
	if (!strcmp(kind, "rpm") || !strcmp(kind, "irq")) {
		d = find_device(word(c, 2));
		if (!d)
			return -EINVAL;
		return !strcmp(kind, "rpm") ? do_rpm(c, d) : do_irq(c, d);
	}
	d = find_device(word(c, 1));
	return d ? on_device(c, d) : -EINVAL;
}

static void split(struct command *c)
{
	char *rest = c->text, *text;
	int i;

	while ((text = strsep(&rest, " \t\n")) != NULL && c->count < MAX_WORDS)
		if (*text)
			c->words[c->count++] = text;
	for (i = 0; i < c->count; i++) {
		if (strchr(c->words[i], '='))
			continue;
		if (i)
			strlcat(c->label, " ", sizeof(c->label));
		strlcat(c->label, c->words[i], sizeof(c->label));
	}
}

static ssize_t command_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct command *c;
	int result;

	if (len == 0 || len >= MAX_LINE)
		return -EINVAL;
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	result = -EFAULT;
	if (!copy_from_user(c->text, buf, len)) {
		/* What the runner has done and tells: a line of the trace as it is. */
		if (!strncmp(c->text, "say ", 4)) {
			memmove(c->text, c->text + 4, sizeof(c->text) - 4);
			result = do_log(c);
		} else {
			split(c);
			result = c->count ? execute(c) : -EINVAL;
		}
	}
	kfree(c);
	return result < 0 ? result : len;
}

static const struct file_operations command_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = command_write,
	.llseek = noop_llseek,
};

static struct dentry *folder;

static int nothing(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	return -ENODEV;
}

/* The bus is not exported; a driver that is on it knows it. */
static int __init learn_bus(void)
{
	static const struct auxiliary_device_id ids[] = { { .name = "auxscenario.none" }, {} };
	static struct auxiliary_driver drv = { .name = "none", .probe = nothing, .id_table = ids };
	int result = auxiliary_driver_register(&drv);

	if (result)
		return result;
	auxiliary_bus = drv.driver.bus;
	auxiliary_driver_unregister(&drv);
	return 0;
}

static int __init auxscenario_init(void)
{
	int result = learn_bus();

	if (result)
		return result;
	result = register_kprobe(&uevent_probe);
	if (result)
		return result;
	folder = debugfs_create_dir("auxscenario", NULL);
	debugfs_create_file("command", 0200, folder, NULL, &command_fops);
	return 0;
}

static void __exit auxscenario_exit(void)
{
	debugfs_remove(folder);
	do_silence();
	do_cleanup();
	wait_for_device_probe();
	unregister_kprobe(&uevent_probe);
	do_leaks();
}

module_init(auxscenario_init);
module_exit(auxscenario_exit);
MODULE_DESCRIPTION("Executes scenarios on the auxiliary bus");
MODULE_LICENSE("GPL");
