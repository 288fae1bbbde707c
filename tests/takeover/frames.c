/* frames.c - rt_sigreturn(2) with a frame that no signal has made. */

#include "attacker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined __x86_64__

#include <sys/syscall.h>
#include <ucontext.h>

static _Alignas(64) char frame[4096];
static _Alignas(4096) char small_stack[65536];

/* What a frame that the kernel made would have in its selectors. */
enum { CODE_64 = 0x33, CODE_32 = 0x23, DATA = 0x2b, KERNEL_CODE = 0x10 };

static _Noreturn void
go_back(void)
{
	__asm__ volatile ("mov %0, %%rsp\n\tmov $15, %%eax\n\tsyscall\n\thlt"
	    : : "r"(frame) : "memory");
	__builtin_unreachable();
}

static ucontext_t *
make_frame(void (*to)(void), long code, long data)
{
	ucontext_t *u = (ucontext_t *)frame;

	memset(frame, 0, sizeof frame);
	u->uc_mcontext.gregs[REG_RIP] = (long)(intptr_t)to;
	u->uc_mcontext.gregs[REG_RSP] = (long)(intptr_t)(small_stack +
	    sizeof small_stack - 72);
	u->uc_mcontext.gregs[REG_CSGSFS] = code | data << 48;
	u->uc_mcontext.gregs[REG_EFL] = 0x202;
	return u;
}

/* No fs, so no thread: libc is not to be used. */
static void
landed(void)
{
	static const char line[] = "landed\r\n";

	__asm__ volatile ("syscall" : : "a"(SYS_write), "D"(1), "S"(line),
	    "d"(sizeof line - 1) : "rcx", "r11", "memory");
	__asm__ volatile ("syscall" : : "a"(SYS_getpid) : "rcx", "r11",
	    "memory");
	__asm__ volatile ("syscall" : : "a"(SYS_write), "D"(1), "S"(line),
	    "d"(sizeof line - 1) : "rcx", "r11", "memory");
	__asm__ volatile ("hlt");
}

static void
jump(const struct attacker *a)
{
	(void)a;
	make_frame(landed, CODE_64, DATA);
	go_back();
}

/* In 32-bit code: getpid has the number 20 there. */
__asm__ (".code32\nframe_code_32:\n\tmov $20, %eax\n\tint $0x80\n"
    "\tmov $4, %eax\n\tmov $1, %ebx\n\tmov $frame_code_32, %ecx\n"
    "\tmov $8, %edx\n\tint $0x80\n\thlt\n.code64");
extern void frame_code_32(void);

static void
jump_32(const struct attacker *a)
{
	(void)a;
	make_frame(frame_code_32, CODE_32, DATA);
	go_back();
}

static void
jump_kernel(const struct attacker *a)
{
	(void)a;
	make_frame(landed, KERNEL_CODE, KERNEL_CODE + 8);
	go_back();
}

/* All flags: I/O privilege, no interrupts, single step. */
static void
flags(const struct attacker *a)
{
	(void)a;
	make_frame(landed, CODE_64, DATA)->uc_mcontext.gregs[REG_EFL] = ~0L;
	go_back();
}

/* Every signal let in again; then the session goes on as ever would. */
static void
unblock(const struct attacker *a)
{
	(void)a;
	memset(&make_frame(landed, CODE_64, DATA)->uc_sigmask, 0, 8);
	go_back();
}

static void
ones(const struct attacker *a)
{
	(void)a;
	memset(frame, 0xff, sizeof frame);
	go_back();
}

static void
far_away(const struct attacker *a)
{
	(void)a;
	make_frame(landed, CODE_64, DATA)->uc_mcontext.gregs[REG_RIP] =
	    (long)0xffffffff81000000;
	go_back();
}

#else

static void
jump(const struct attacker *a)
{
	(void)a;
	abort();
}

#define jump_32		jump
#define jump_kernel	jump
#define flags		jump
#define unblock		jump
#define ones		jump
#define far_away	jump

#endif

const struct attack frame_attacks[] = {
	{ .name = "frame-jump", .run = jump },
	{ .name = "frame-32", .run = jump_32 },
	{ .name = "frame-kernel", .run = jump_kernel },
	{ .name = "frame-flags", .run = flags },
	{ .name = "frame-unblock", .run = unblock },
	{ .name = "frame-ones", .run = ones },
	{ .name = "frame-away", .run = far_away },
	{ 0 }
};
